import type { AttemptErrorFields } from '../failures/attempt-error.ts';

/** What an attempt may have cost: `possibly billed` when it went out and no usable answer came back. */
export type Billing = 'billed' | 'possibly billed' | 'not billed';

/**
 * Of a proxy in between that got no answer, or none it understood: what is behind it may have gone
 * on. 521, 523, 525 and 526 are not among them: there the request never came to its server
 * (https://developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-5xx-errors/).
 */
const statusesOfProxies: readonly number[] = [502, 504, 520, 522, 524];

/**
 * What a failed attempt may have cost. The budget and the journal both go by this: `billed` when its
 * tokens are known, `possibly billed` when the request went, or nobody knows, and no answer said that
 * nothing was done. A status is such an answer, except for those of a proxy in between.
 */
export function billingOf({ sent, status, type, usage }: AttemptErrorFields): Billing {
  if (usage) return 'billed';
  if (sent === false) return 'not billed';
  const saysNothingWasDone =
    type !== 'Timeout' &&
    status !== undefined &&
    // Paid for and of no use: the answer came, and its usage cannot be read.
    status >= 400 &&
    !statusesOfProxies.includes(status);
  return saysNothingWasDone ? 'not billed' : 'possibly billed';
}
