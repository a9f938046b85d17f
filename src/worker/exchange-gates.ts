import { setTimeout as sleep } from 'node:timers/promises';
import type { Gates } from '../calls/gate/gates.ts';
import type { Journal } from '../journal/journal.ts';

const lookEveryMs = 1000;
/** A worker starts also without the database; what it is to hold, it learns then. */
const firstLookTimeoutMs = 5000;
/** How often gates are posted without a change: the board drops workers after half a minute. */
const repeatEveryMs = 10_000;
/** A worker that stops does not wait longer for the database. */
const leaveTimeoutMs = 2000;

/**
 * Posts how the gates stand to the board, soon after that changes, and has them hold what persons
 * hold: from the start on, so that a worker that is started anew sends nothing either.
 *
 * @returns a function that ends it, and takes the gates off the board.
 */
export async function exchangeGates(
  gates: Gates,
  { gates: board, holds }: Pick<Journal, 'gates' | 'holds'>,
): Promise<() => Promise<void>> {
  let posted = '';
  let postedMs = Number.NEGATIVE_INFINITY;
  let last: Promise<unknown> = Promise.resolve();

  async function look(): Promise<void> {
    gates.hold(await holds.read());
    const snapshots = gates.snapshot();
    // Times that only count on are no change.
    const news = JSON.stringify(snapshots.map(({ forMs: _, nextInMs: __, ...rest }) => rest));
    if (news === posted && performance.now() - postedMs < repeatEveryMs) return;
    posted = news;
    postedMs = performance.now();
    await board.post(snapshots);
  }

  await Promise.race([
    look().catch(() => {}),
    sleep(firstLookTimeoutMs, undefined, { ref: false }),
  ]);
  let isLooking = false;
  const timer = setInterval(() => {
    // One at a time: without the database, this takes long. The journal logs that, and the next look
    // makes up for this one; what was held stays so.
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
