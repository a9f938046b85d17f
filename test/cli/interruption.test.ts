import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { untilAborted, untilInterrupted } from '../../src/cli/interruption.ts';

test('a Ctrl-C that npm passes on as well is one: what is under way still ends', async (t) => {
  const { exitCode } = process;
  t.after(() => {
    process.exitCode = exitCode;
  });
  const ended = untilInterrupted(async (signal) => {
    await untilAborted(signal);
    // Unheard, it would end this process.
    process.kill(process.pid, 'SIGINT');
    await sleep(50);
    return 'drained';
  });
  process.kill(process.pid, 'SIGINT');
  assert.equal(await ended, 'drained');
  assert.equal(process.exitCode, 130);
});
