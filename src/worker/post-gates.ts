import { setTimeout as sleep } from 'node:timers/promises';
import type { Gates } from '../calls/gate/gates.ts';
import type { GateBoard } from '../journal/gate-board.ts';

const lookEveryMs = 1000;
/** Said again without a change: the board takes who is silent for half a minute for gone. */
const repeatEveryMs = 10_000;
/** A worker that stops does not wait longer for the database. */
const leaveTimeoutMs = 2000;

/**
 * Says on the board how the gates stand, soon after that changes.
 *
 * @returns a function that takes them off again.
 */
export function postGates(gates: Gates, board: GateBoard): () => Promise<void> {
  let posted = '';
  let postedMs = Number.NEGATIVE_INFINITY;
  let last: Promise<unknown> = Promise.resolve();

  async function look(): Promise<void> {
    const snapshots = gates.snapshot();
    // What only time changes is no news.
    const news = JSON.stringify(snapshots.map(({ forMs: _, nextInMs: __, ...rest }) => rest));
    if (news === posted && performance.now() - postedMs < repeatEveryMs) return;
    posted = news;
    postedMs = performance.now();
    await board.post(snapshots);
  }

  let isLooking = false;
  const timer = setInterval(() => {
    // One at a time: where the database is away a look takes long. The journal tells of that, and
    // the board is only ever a moment old.
    if (isLooking) return;
    isLooking = true;
    last = look()
      .catch(() => {})
      .finally(() => {
        isLooking = false;
      });
  }, lookEveryMs);
  timer.unref();
  return async () => {
    clearInterval(timer);
    const left = last.then(board.leave).catch(() => {});
    await Promise.race([left, sleep(leaveTimeoutMs, undefined, { ref: false })]);
  };
}
