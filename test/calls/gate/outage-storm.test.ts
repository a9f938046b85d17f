import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Storm, simulateStorm } from './storm-simulation.ts';

const minute = 60_000;
/** With LONG_STORMS=1 an hour of 256 workers, half of the work of this file; without it a quarter of them. */
const [most, manyWorkers] = process.env.LONG_STORMS ? [4000, 256] : [1000, 64];

// biome-ignore format: a table is read by its columns
const rows: readonly (readonly [what: string, storm: Partial<Storm>, timeOverIdeal: number])[] = [
  ['1 call, 1 minute', { calls: 1, downMs: minute }, 1.5],
  ['1 call, 60 minutes', { calls: 1, downMs: 60 * minute }, 1.07],
  ['1 call on 4 workers, 3 minutes', { calls: 1, workers: 4, downMs: 3 * minute }, 1.3],
  ['10 calls on 4 workers, 3 minutes', { calls: 10, workers: 4, downMs: 3 * minute }, 1.3],
  ['10 calls on 4 workers, 60 minutes', { calls: 10, workers: 4, downMs: 60 * minute }, 1.07],
  ['10 calls, the worker restarted each minute, 60 minutes', { calls: 10, downMs: 60 * minute, restartMs: minute }, 1.07],
  ['10 calls, the worker killed each minute, 60 minutes', { calls: 10, downMs: 60 * minute, killMs: minute }, 1.08],
  [`${most} calls on ${manyWorkers} workers, 60 minutes`, { calls: most, workers: manyWorkers, downMs: 60 * minute }, 1.1],
  ['4,000 calls on 256 workers, 1 minute', { calls: 4000, workers: 256, downMs: minute }, 2.5],
];

for (const [what, storm, timeOverIdeal] of rows) {
  test(`${what}: none is lost`, () => {
    for (const seed of (storm.calls ?? 1) >= 1000 ? [1] : [1, 2, 3, 4, 5, 6, 7, 8]) {
      const found = simulateStorm({
        calls: 1,
        workers: 1,
        ratePerSecond: 50,
        burstSeconds: 0.1,
        downMs: minute,
        retryAfter: false,
        ...storm,
        seed,
      });
      const said = `seed ${seed}: ${JSON.stringify(found)}`;
      assert.equal(found.lost, 0, said);
      assert.ok(found.timeOverIdeal <= timeOverIdeal, said);
    }
  });
}
