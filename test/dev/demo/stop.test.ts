import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { it } from 'node:test';
import { watchForLeftovers } from '../../../dev/leftovers.ts';
import { runDemo } from './run-demo.ts';

/** When, by what it has printed, and how often Ctrl-C is pressed. */
const rows = [
  { name: 'as soon as it is up', after: /Temporal UI/, presses: 1 },
  { name: 'while the worker is dead', after: /SIGKILL to the worker/, presses: 1 },
  { name: 'twice, which forces', after: /Temporal UI/, presses: 2 },
];

for (const { name, after, presses } of rows) {
  it(`Ctrl-C ${name}: no process and no file is left`, async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-test-'));
    const findLeftovers = watchForLeftovers();
    try {
      const demo = runDemo([], { TMPDIR: folder });
      await printed(demo.stdout, after);
      assert.equal(readdirSync(folder).length, 1, 'it has a temporary folder by now');
      for (let press = 0; press < presses; press++) demo.kill('SIGINT');
      const { exitCode } = await demo;
      assert.equal(exitCode, 130);
      assert.deepEqual((await findLeftovers()) ?? [], []);
      assert.deepEqual(readdirSync(folder), []);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
}

/** Waits until a stream has carried what matches. */
async function printed(stream: Readable, pattern: RegExp): Promise<void> {
  let text = '';
  await new Promise<void>((resolve, reject) => {
    stream.on('data', (chunk) => {
      text += chunk;
      if (pattern.test(text)) resolve();
    });
    stream.once('end', () => reject(new Error(`ended without ${pattern}:\n${text}`)));
  });
}
