import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { readPages, root } from '../docs/pages.ts';

const read = (file: string) => readFileSync(path.join(root, file), 'utf8');
const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
const [, table = ''] = /const targets = \{\n([^}]*)\}/.exec(read('dev/bootstrap.mjs')) ?? [];
/** The program of each target of the bootstrap. */
const targets = Object.fromEntries(
  [...table.matchAll(/^ {2}'?([\w:-]+)'?: '(.+)',$/gm)].map(([, name, file]) => [name, file]),
) as Record<string, string>;

test('every npm script goes through the bootstrap, to a program that exists', () => {
  assert.deepEqual(
    scripts,
    Object.fromEntries(
      Object.keys(scripts).map((name) => [name, `node dev/bootstrap.mjs ${name}`]),
    ),
  );
  assert.deepEqual(Object.keys(targets).sort(), Object.keys(scripts).sort());
  const missing = Object.values(targets).filter((file) => !existsSync(path.join(root, file)));
  assert.deepEqual(missing, []);
});

test('every benchmark has a script', () => {
  const programs = Object.values(targets);
  const benchmarks = globSync('bench/*/main.ts', { cwd: root });
  assert.ok(benchmarks.length >= 4, `${benchmarks}`);
  assert.deepEqual(
    benchmarks.filter((file) => !programs.includes(file)),
    [],
  );
});

test('the documentation names no npm script that does not exist', () => {
  const named = readPages().flatMap(({ path: page, text }) =>
    [...text.matchAll(/\bnpm run ([\w:-]+)/g)].map(([, name = '']) => `${page}: ${name}`),
  );
  assert.ok(named.length >= 5, `${named}`);
  assert.deepEqual(
    named.filter((each) => !(each.replace(/^.*: /, '') in scripts)),
    [],
  );
});
