import type { GateBoard } from '../journal/gate-board.ts';
import type { Gates } from '../llm/gate.ts';

const lookEveryMs = 1000;
/** Said again without a change: the board takes who is silent for half a minute for gone. */
const repeatEveryMs = 10_000;

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

  const timer = setInterval(() => {
    // The journal tells when the database is away; the board is only ever a moment old.
    last = last.then(look).catch(() => {});
  }, lookEveryMs);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await last;
    await board.leave().catch(() => {});
  };
}
