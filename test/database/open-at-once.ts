// Run by a test as a thread: opens each of the new files in the moment that the other threads do.
import { parentPort, workerData } from 'node:worker_threads';
import { openLedger } from '../../src/effects/once/open-ledger.ts';

const { files, gate, threads } = workerData as {
  readonly files: readonly string[];
  readonly gate: Int32Array;
  readonly threads: number;
};
for (const [round, sqliteFile] of files.entries()) {
  Atomics.add(gate, 0, 1);
  while (Atomics.load(gate, 0) < (round + 1) * threads);
  const ledger = await openLedger({ sqliteFile });
  await ledger.close();
}
parentPort?.postMessage('opened');
