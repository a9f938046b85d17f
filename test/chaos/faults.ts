import type { GitHubFaultContext } from '../../dev/sandbox/github.ts';
import type { StripeFault, StripeFaultContext } from '../../dev/sandbox/stripe.ts';
import { cut, delay, lost, pass, reset, type WireFault } from '../../dev/sandbox/wire-fault.ts';
import { seededFor } from './seeded.ts';

const status = (code: number, body: unknown = {}): WireFault => ({
  ...{ kind: 'status', status: code, body },
});
/** Twice the request timeout: acted on when nobody waits for it any more. */
const late = delay(6000);
const ofPosts: readonly WireFault[] = [
  ...[lost, lost, cut, reset, delay(1500), late, status(503)],
  status(502, '<html>Bad Gateway</html>'),
];
const ofStripe: readonly StripeFault[] = [
  ...ofPosts,
  status(429, { error: { type: 'rate_limit_error' } }),
  { kind: 'storedServerError', executed: true },
  { kind: 'storedServerError', executed: false },
];

/** The first sending goes wrong in two of five, a later one in one of five; a look-up in one of ten. */
function chosen<Fault>(seed: number, name: string, nth: number, faults: readonly Fault[]) {
  const share = nth === 0 ? 0.1 : nth === 1 ? 0.4 : 0.2;
  const at = seededFor(seed, `${name} ${nth}`) / share;
  return at < 1 ? faults[Math.floor(at * faults.length)] : undefined;
}

/** What goes wrong at Stripe follows from the seed, the key, and how often it came. */
export const stripeFaults =
  (seed: number) =>
  ({ method, idempotencyKey = '', nthForThisKey, path }: StripeFaultContext): StripeFault => {
    if (method === 'POST') return chosen(seed, idempotencyKey, nthForThisKey, ofStripe) ?? pass;
    return chosen(seed, path, 0, [status(503), reset]) ?? pass;
  };

/** As for Stripe; a ticket is known by its title, a look-up by its number. */
export function gitHubFaults(seed: number) {
  const sent = new Map<string, number>();
  return ({ method, path, nthForThisRoute, body }: GitHubFaultContext): WireFault => {
    if (method !== 'POST') {
      return chosen(seed, `${path} ${nthForThisRoute}`, 0, [status(503), reset]) ?? pass;
    }
    const title = /"title":"([^"]*)"/.exec(body)?.[1] ?? path;
    sent.set(title, (sent.get(title) ?? 0) + 1);
    return chosen(seed, title, sent.get(title) ?? 1, ofPosts) ?? pass;
  };
}
