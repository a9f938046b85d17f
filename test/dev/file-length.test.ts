import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { checkFileLength } from '../../dev/file-length.ts';

test('our files have 300 lines at most; packages installed below them have what they have', (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-test-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const write = (file: string, lines: number) => {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), '\n'.repeat(lines));
  };
  write('src/whole.ts', 300);
  write('bench/peers/node_modules/peer/index.ts', 5000);
  assert.deepEqual(checkFileLength(folder), { state: 'ok', detail: '' });
  write('src/long.ts', 301);
  assert.deepEqual(checkFileLength(folder), {
    state: 'FAILED',
    detail: 'src/long.ts: 301 lines',
  });
});
