import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type FedBack, judgeRepair } from '../../../src/calls/answers/repair-messages.ts';

const invalid = (output: string, ...rules: string[]): FedBack => ({
  text: output,
  fingerprint: rules.join('; '),
});
const noJson = (output: string, slip = 'no JSON'): FedBack => ({
  text: output,
  fingerprint: `not JSON: ${slip}`,
});

describe('sporadic or deterministic?', () => {
  // biome-ignore format: a table is read by its columns
  const rows: [what: string, previous: FedBack[], current: FedBack, verdict: string][] = [
    ['the first failure', [], invalid('1', 'a'), 'go on'],
    ['another violation', [invalid('1', 'a')], invalid('2', 'b'), 'go on'],
    ['a shrinking set', [invalid('1', 'a', 'b', 'c'), invalid('2', 'a', 'b')], invalid('3', 'a'), 'go on'],
    ['the same violation with other words', [invalid('1', 'a')], invalid('2', 'a'), 'same violation'],
    ['back to an earlier violation', [invalid('1', 'a'), invalid('2', 'b')], invalid('3', 'a'), 'same violation'],
    ['the very same words', [invalid('1', 'a')], invalid('1', 'a'), 'identical output'],
    ['no JSON, then a violation', [noJson('x')], invalid('1', 'a'), 'go on'],
    ['two different slips', [noJson('x')], noJson('{', 'unclosed bracket'), 'go on'],
    ['no JSON twice', [noJson('x')], noJson('y'), 'same violation'],
  ];
  for (const [what, previous, current, verdict] of rows) {
    test(`${what} -> ${verdict}`, () => assert.equal(judgeRepair(previous, current), verdict));
  }
});
