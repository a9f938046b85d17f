import type { AttemptErrorFields } from '../failures/attempt-error.ts';

/** What an attempt may have cost: `possibly billed` when it went out and no usable answer came back. */
export type Billing = 'billed' | 'possibly billed' | 'not billed';

/**
 * Statuses of a proxy that got no answer from the server behind it, or none it understood: that
 * server may still do the work. 521, 523, 525 and 526 are not among them: there the request never
 * reached the server
 * (https://developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-5xx-errors/).
 */
const statusesOfProxies: readonly number[] = [502, 504, 520, 522, 524];

/**
 * What a failed attempt may have cost. The budget and the journal both go by this: `billed` when
 * its tokens are known; `possibly billed` when the request went out, or may have, and no answer
 * says that nothing was done. A status of 400 or more says so, unless it is a timeout or a proxy
 * made it.
 */
export function billingOf(fields: AttemptErrorFields): Billing {
  const { sent, status, type, usage, isResumable } = fields;
  if (usage) return 'billed';
  // What it costs is paid once, with the attempt that fetches it.
  if (sent === false || isResumable) return 'not billed';
  const saysNothingWasDone =
    type !== 'Timeout' &&
    status !== undefined &&
    // A lower status is an answer: it is paid for, even where its usage cannot be read.
    status >= 400 &&
    !statusesOfProxies.includes(status);
  return saysNothingWasDone ? 'not billed' : 'possibly billed';
}
