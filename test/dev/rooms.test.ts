import assert from 'node:assert/strict';
import { mkdirSync, mkdtempDisposableSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, test } from 'node:test';
import { checkRooms } from '../../dev/check-rooms.ts';
import { importsOf } from '../../dev/imports-of.ts';
import type { Room } from '../../dev/rooms.ts';

const leaf: Room = { name: 'leaf', holds: 'data', rooms: [], packages: ['zod'] };
const hall: Room = { name: 'hall', holds: 'work', rooms: ['leaf'], packages: ['node:', '@a/*'] };
const door: Room = { name: 'door.ts', holds: 'the door', rooms: ['hall'], packages: [] };

/** What the check says of these files below `src/`, a line each. */
function check(files: Record<string, string>, table: readonly Room[] = [leaf, hall, door]) {
  using root = mkdtempDisposableSync(path.join(tmpdir(), 'holdfast-test-'));
  for (const [file, text] of Object.entries(files)) {
    const target = path.join(root.path, 'src', file);
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, text);
  }
  return checkRooms(root.path, table).detail.split('\n');
}

const whole = {
  'leaf/data.ts': "import { z } from 'zod/v4';\n",
  'hall/work.ts':
    "import fs from 'node:fs';\nimport { b } from '@a/b';\nexport * from '../leaf/data.ts';\n",
  'door.ts': "export const { work } = await import('./hall/work.ts');\n",
};

test('what the table allows passes, with dynamic imports and re-exports', () => {
  assert.deepEqual(check(whole), ['']);
});

test('every other import is refused, types too, and named with its room', () => {
  const lines = check({
    ...whole,
    'leaf/back.ts':
      "import type { Work } from '../hall/work.ts';\nimport pg from 'pg';\nimport 'node:fs';\n",
    'hall/out.ts': "import { helper } from '../../test/helper.ts';\n",
    'hall/lines.ts': "import {\n  type Door,\n} from '../door.ts';\n",
  });
  assert.deepEqual(lines, [
    'src/hall/lines.ts imports ../door.ts: hall may not',
    'src/hall/out.ts imports ../../test/helper.ts: hall may not',
    'src/leaf/back.ts imports ../hall/work.ts: leaf may not',
    'src/leaf/back.ts imports pg: leaf may not',
    'src/leaf/back.ts imports node:fs: leaf may not',
  ]);
});

test('an example in a comment is no import', () => {
  const lines = check({ ...whole, 'leaf/told.ts': "/**\n * import pg from 'pg';\n */\n" });
  assert.deepEqual(lines, ['']);
});

test('a file in no room is refused', () => {
  assert.deepEqual(check({ ...whole, 'drawer/thing.ts': '' }), [
    'src/drawer/thing.ts is in no room of the table in dev/rooms.ts',
  ]);
});

test('a room may import only what stands above it, so no two import each other', () => {
  const circle = [{ ...leaf, rooms: ['hall'] }, hall, door];
  const lines = check({ ...whole, 'leaf/up.ts': "import '../hall/work.ts';\n" }, circle);
  assert.deepEqual(lines, ['dev/rooms.ts: hall does not stand above leaf']);
});

test('a permit that no file uses is taken back', () => {
  assert.deepEqual(check(whole, [leaf, { ...hall, packages: ['node:', '@a/*', 'pg'] }, door]), [
    'dev/rooms.ts: hall may import pg, and does not',
  ]);
});

test('a permit for types is for `import type` only', () => {
  const types = { ...hall, rooms: [], types: ['leaf'] };
  const byType = {
    ...whole,
    'hall/work.ts':
      "import fs from 'node:fs';\nimport { b } from '@a/b';\nexport type * from '../leaf/data.ts';\n",
  };
  assert.deepEqual(check(byType, [leaf, types, door]), ['']);
  assert.deepEqual(check(whole, [leaf, types, door]), [
    'src/hall/work.ts imports ../leaf/data.ts: hall may not',
    'dev/rooms.ts: hall may import types of leaf, and does not',
  ]);
});

test('every folder is named in the table, those within a room too', () => {
  const files = { ...whole, 'hall/attic/box.ts': "import '../../leaf/data.ts';\n" };
  assert.deepEqual(check(files), [
    'src/hall/attic/box.ts is in no room of the table in dev/rooms.ts',
  ]);
  const withAttic = { ...hall, folders: ['attic'] };
  assert.deepEqual(check(files, [leaf, withAttic, door]), ['']);
  assert.deepEqual(check(whole, [leaf, withAttic, door]), [
    'dev/rooms.ts: hall has the folder attic, and does not',
  ]);
});

test('JavaScript files are files of a room', () => {
  assert.deepEqual(
    check({ ...whole, 'leaf/a.mjs': "import 'pg';\n", 'leaf/b.mts': "import 'ai';\n" }),
    ['src/leaf/a.mjs imports pg: leaf may not', 'src/leaf/b.mts imports ai: leaf may not'],
  );
});

describe('the imports of a text', () => {
  for (const [text, ...expected] of [
    ["import 'x';", 'x'],
    ['import { a } from "x";', 'x'],
    ["import a from'x'", 'x'],
    ["import {\n  a,\n} from\n  'x';", 'x'],
    ["export * from 'x'; export { b } from 'y';", 'x', 'y'],
    ["const all = [import('x'), import(\n  'y'\n)];", 'x', 'y'],
    ["type T = Promise<import('x').T>;", 'x'],
    ["const load = () =>import('x');", 'x'],
    ["const c = (await(import('x'))).c;", 'x'],
    ['const d = import(`x`);', 'x'],
    ["import e = require('x');", 'x'],
    ["const f = module.require('x');", 'x'],
    ["const g = import(/* webpackIgnore: true */ 'x');", 'x'],
    ["const glob = 'src/**/*.ts';\nexport { a } from 'x';\nconst end = '*/';", 'x'],
    ["/* a */ import 'x'; /* b */", 'x'],
    ["/**\n * import 'x';\n */"],
    ["  // import 'x';"],
    ["/** as `import('x')` does */"],
    ["const bytes = Buffer.from('x');"],
    ["const chunks = Array.from('x'); thing.import('y');"],
  ] as const) {
    test(text, () => {
      assert.deepEqual(
        importsOf(text).map(({ specifier }) => specifier),
        expected,
      );
    });
  }

  for (const [text, isType] of [
    ["import type { A } from 'x';", true],
    ["import type A from 'x';", true],
    ["import type * as A from 'x';", true],
    ["export type { A } from 'x';", true],
    ["export type * from 'x';", true],
    ["import { type A } from 'x';", false],
    ["import type from 'x';", false],
    ["import type, { a } from 'x';", false],
    ["type A = import('x').A;", false],
    ["import type { A } from 'y';\nexport { a } from 'x';", false],
  ] as const) {
    test(`${text} ${isType ? 'loads nothing' : 'may load'}`, () => {
      assert.equal(importsOf(text).at(-1)?.isType, isType);
    });
  }
});
