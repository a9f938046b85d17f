import { setTimeout as sleep } from 'node:timers/promises';
import type { Gates } from '../calls/gate/gates.ts';
import type { GateBoard } from '../journal/gate-board.ts';

const lookEveryMs = 1000;
/** How often gates are posted without a change: the board drops workers after half a minute. */
const repeatEveryMs = 10_000;
/** A worker that stops does not wait longer for the database. */
const leaveTimeoutMs = 2000;

/**
 * Posts how the gates stand to the board, soon after that changes.
 *
 * @returns a function that takes them off again.
 */
export function postGates(gates: Gates, board: GateBoard): () => Promise<void> {
  let posted = '';
  let postedMs = Number.NEGATIVE_INFINITY;
  let last: Promise<unknown> = Promise.resolve();

  async function look(): Promise<void> {
    const snapshots = gates.snapshot();
    // Times that only count on are no change.
    const news = JSON.stringify(snapshots.map(({ forMs: _, nextInMs: __, ...rest }) => rest));
    if (news === posted && performance.now() - postedMs < repeatEveryMs) return;
    posted = news;
    postedMs = performance.now();
    await board.post(snapshots);
  }

  let isLooking = false;
  const timer = setInterval(() => {
    // One at a time: without the database, posting takes long. The journal logs that, and the next
    // post makes up for this one.
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
