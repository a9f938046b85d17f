import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { shellWord } from '../../src/wire/shell-word.ts';
import { runHoldfast } from './run-holdfast.ts';

const root = path.join(import.meta.dirname, '..', '..');

// That it makes a project which works: test/package/tutorial.test.ts.
test('what is there is never written over', async (t) => {
  const cwd = mkdtempSync(path.join(tmpdir(), 'holdfast-init-'));
  t.after(() => rmSync(cwd, { recursive: true }));
  mkdirSync(path.join(cwd, 'mine'));
  writeFileSync(path.join(cwd, 'mine/app.ts'), 'my own');
  const run = async (...args: string[]) => {
    const { exitCode, stderr } = await runHoldfast(['init', ...args], { cwd });
    return [exitCode, stderr];
  };
  assert.deepEqual(await run('mine'), [2, 'holdfast: mine is not empty; name a new folder']);
  assert.deepEqual(await run('.'), [2, 'holdfast: . is not empty; name a new folder']);
  assert.deepEqual(await run('mine/app.ts'), [
    2,
    'holdfast: mine/app.ts cannot be the folder of a project: it is a file',
  ]);
  assert.deepEqual(await run(), [
    2,
    "holdfast: missing required argument 'folder' (--help says more)",
  ]);
  assert.deepEqual(readdirSync(path.join(cwd, 'mine')), ['app.ts']);
});

test('the starter wants the versions that Holdfast is tested with', () => {
  const read = (file: string) => JSON.parse(readFileSync(path.join(root, file), 'utf8'));
  const { version, devDependencies } = read('package.json');
  const { dependencies, devDependencies: tools } = read('starter/package.json');
  const { holdfast, ...others } = { ...dependencies, ...tools };
  assert.equal(holdfast, `file:holdfast-${version}.tgz`);
  for (const [name, range] of Object.entries(others)) {
    assert.equal(range, `^${devDependencies[name]}`, name);
  }
});

test('words are quoted where a shell would read more into them', () => {
  const rows = [
    ['order-1001', 'order-1001'],
    ['default/T-1:charge#2', 'default/T-1:charge#2'],
    ['#1', "'#1'"],
    ['two words', "'two words'"],
    ["it's", "'it'\\''s'"],
    ['', "''"],
  ];
  for (const [text = '', word] of rows) assert.equal(shellWord(text), word);
});
