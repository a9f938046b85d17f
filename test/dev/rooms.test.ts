import assert from 'node:assert/strict';
import { mkdirSync, mkdtempDisposableSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { checkRooms } from '../../dev/check-rooms.ts';
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
