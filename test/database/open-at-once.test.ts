import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempDisposableSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';

test('workers that start at once make a new ledger together, and none of them fails', async (t) => {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'holdfast-open-'));
  const files = Array.from({ length: 30 }, (_, round) => join(folder.path, `${round}.db`));
  const gate = new Int32Array(new SharedArrayBuffer(4));
  const threads = 2;
  const workers = Array.from(
    { length: threads },
    () =>
      new Worker(new URL('./open-at-once.ts', import.meta.url), {
        workerData: { files, gate, threads },
      }),
  );
  // One that fails would leave the others at the gate.
  t.after(() => Promise.all(workers.map((worker) => worker.terminate())));
  const ends = await Promise.all(workers.map((worker) => once(worker, 'message')));
  assert.deepEqual(ends, [['opened'], ['opened']]);
});
