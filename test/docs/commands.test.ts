import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { variables } from '../../dev/variables.ts';
import { programVariables } from '../../src/config.ts';
import {
  allOptions,
  commandLines,
  problemWithCommand,
  problemWithMention,
  wordsOf,
} from './command-lines.ts';
import { fencedBlocks, inlineCode, readPages } from './pages.ts';

const pages = readPages();

describe('the commands of the documentation exist', () => {
  for (const { path, text } of pages) {
    const lines = fencedBlocks(text, 'sh').flatMap(commandLines);
    for (const args of lines) {
      test(`${path}: holdfast ${args.join(' ')}`, () => {
        assert.equal(problemWithCommand(args), undefined);
      });
    }
  }

  for (const { path, text } of pages) {
    test(`${path}: what its sentences speak of`, () => {
      const options = allOptions();
      const problems = inlineCode(text).flatMap((code) => {
        if (/^holdfast [a-z]/.test(code)) return [problemWithMention(wordsOf(code).slice(1))];
        const [option] = /^--[a-z][a-z-]*/.exec(code) ?? [];
        return option && !options.includes(option) ? [`no command has ${option}`] : [];
      });
      assert.deepEqual(
        problems.filter((problem) => problem !== undefined),
        [],
      );
    });
  }

  test('enough of them are found', () => {
    const found = pages.flatMap(({ text }) => fencedBlocks(text, 'sh').flatMap(commandLines));
    assert.ok(found.length >= 25, `${found.length}`);
  });
});

describe('what does not exist is found', () => {
  const rows: readonly (readonly [line: string, problem: RegExp | undefined])[] = [
    ['holdfast resume --all --type QuotaExhausted', undefined],
    ['holdfast parked --json | jq .nothing --like-this', undefined],
    ['holdfast resume order-7 --everything', /unknown option '--everything'/],
    ['holdfast retry order-7', /unknown command 'retry'|too many arguments/],
    ['holdfast approve order-7', /--fingerprint/],
    ['holdfast policy --set model.onFailure=park', undefined],
    ['holdfast policy --set model.onFailure=[', /takes a number, a word or JSON/],
    ['holdfast policy --set \'model.onFailure="park"\'', undefined],
    ['holdfast policy --set model.patience=9', /patience/],
  ];
  for (const [line, problem] of rows) {
    test(line, () => {
      const [args = []] = commandLines(line);
      const found = problemWithCommand(args);
      if (problem) assert.match(found ?? '', problem);
      else assert.equal(found, undefined);
    });
  }

  test('in a sentence', () => {
    assert.equal(
      problemWithMention(['resume', 'ID', '--everything']),
      'resume has no --everything',
    );
    assert.equal(problemWithMention(['retry']), 'there is no command retry');
    assert.equal(problemWithMention(['effects', '--state', 'unknown']), undefined);
    assert.equal(problemWithMention(['effects', 'resolve', '--happened']), undefined);
  });
});

test('every variable that the documentation names is one that is read', () => {
  const known = [...Object.keys(variables.shape), ...programVariables];
  const unknown = pages.flatMap(({ path, text }) =>
    [...text.matchAll(/\bHOLDFAST_[A-Z_]+\b/g)]
      .map(([name]) => name)
      .filter((name) => !known.includes(name))
      .map((name) => `${path}: ${name}`),
  );
  assert.deepEqual(unknown, []);
});
