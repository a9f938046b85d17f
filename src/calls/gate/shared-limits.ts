import type { SharedRates } from '../../wire/shared-rate.ts';
import { bucketLimit } from './gate-bucket.ts';
import type { GateClock } from './gate-clock.ts';
import { type RateLimits, sharesOf } from './gate-limits.ts';

/** A board that does not answer for so long holds nothing up: the process keeps to the limits alone. */
const patienceMs = 2000;

/**
 * What one gate has of limits that it shares. It asks for the call that is next, one question at a
 * time, and for more where many wait and the limit is high: each question is a write to the database.
 *
 * @param goOn called when it is known whether the next may go.
 */
export function createShare(
  { account, limits, rates }: { account: string; limits: RateLimits; rates: SharedRates },
  clock: GateClock,
  goOn: () => void,
) {
  const { requestsPerMinute = 0, tokensPerMinute } = limits;
  // Less than a whole bucket: one who asks for all of it waits for as long as others take of it.
  const mostAtOnce = Math.max(1, Math.floor(bucketLimit(requestsPerMinute).size / 2));
  let requests = 0;
  let tokens = 0;
  let notBeforeMs = Number.NEGATIVE_INFINITY;
  let isAsking = false;

  async function ask(wanted: { readonly requests: number; readonly tokens: number }) {
    isAsking = true;
    const waitMs = await inTime(rates.take(account, sharesOf(limits, wanted)), clock);
    isAsking = false;
    if (waitMs > 0) notBeforeMs = clock.now() + waitMs;
    else {
      requests += wanted.requests;
      tokens += wanted.tokens;
    }
    goOn();
  }

  return {
    /** How long until it is worth asking. */
    waitMs: (nowMs: number): number => Math.max(0, notBeforeMs - nowMs),
    /** Whether a call of so many tokens may go; otherwise that is asked for, unless it is already. */
    may(callTokens: number, waiting: number): boolean {
      const missing = tokensPerMinute === undefined ? 0 : Math.max(0, callTokens - tokens);
      if (requests >= 1 && missing === 0) return true;
      const most = tokensPerMinute === undefined ? Math.min(waiting, mostAtOnce) : 1;
      if (!isAsking) void ask({ requests: requests >= 1 ? 0 : most, tokens: missing });
      return false;
    },
    goes(callTokens: number): void {
      requests -= 1;
      tokens = Math.max(0, tokens - callTokens);
    },
    /** It used so many more than was thought, or fewer. */
    corrected(moreTokens: number): void {
      if (tokensPerMinute === undefined || moreTokens === 0) return;
      const shares = sharesOf(limits, { requests: 0, tokens: moreTokens });
      // Without the database the estimate stands.
      rates.correct(account, shares).catch(() => {});
    },
  };
}

/** What the board says; without an answer in time, and without a board, it holds nothing up. */
async function inTime(answer: Promise<number>, clock: GateClock): Promise<number> {
  let stop = () => {};
  const late = new Promise<number>((resolve) => {
    stop = clock.after(patienceMs, () => resolve(0));
  });
  return Promise.race([answer.catch(() => 0), late]).finally(stop);
}
