import { NotForwardable } from '../../calls/forward/read-incoming.ts';

/** As OpenAI's API allows: an hour to 30 days. */
const [leastSeconds, mostSeconds] = [3600, 2_592_000];

/**
 * How long a file is kept, where its client says so: `expires_after` of a file, `output_expires_after`
 * of a batch.
 *
 * @throws NotForwardable
 */
export function keptMsOf(anchor: unknown, seconds: unknown): number | undefined {
  if (anchor === undefined && seconds === undefined) return undefined;
  const count = Number(seconds);
  if (anchor === 'created_at' && count >= leastSeconds && count <= mostSeconds) {
    return Math.round(count * 1000);
  }
  throw new NotForwardable(
    `the anchor must be created_at, and the seconds from ${leastSeconds} to ${mostSeconds}`,
    400,
    'expires_after',
  );
}
