import type { RateShare } from '../../wire/shared-rate.ts';

/** A token bucket: what is in it at a moment. It fills at a steady rate up to its size. */
export interface Bucket {
  readonly level: number;
  readonly atMs: number;
}

/** A bucket's rate and size. */
export interface BucketLimit {
  readonly perMinute: number;
  /** Most that may be taken at once after a rest. */
  readonly size: number;
}

/**
 * The limit as a bucket that holds a fifth of a second: after a rest, no second sees more than 1.2
 * times the rate.
 */
export function bucketLimit(perMinute: number): BucketLimit {
  return { perMinute, size: Math.max(1, perMinute / 300) };
}

/** What is taken from such a bucket, in the time that it takes to come back: see `wire/shared-rate.ts`. */
export function shareOf({ perMinute, size }: BucketLimit, amount: number): RateShare {
  const inTime = (of: number) => (of * 60_000) / perMinute;
  return { costMs: inTime(amount), aheadMs: inTime(size - Math.min(amount, size)) };
}

/** A full bucket. */
export function fullBucket(limit: BucketLimit, nowMs: number): Bucket {
  return { level: limit.size, atMs: nowMs };
}

function levelAt(bucket: Bucket, limit: BucketLimit, nowMs: number): number {
  const gained = (Math.max(0, nowMs - bucket.atMs) * limit.perMinute) / 60_000;
  return Math.min(limit.size, bucket.level + gained);
}

/**
 * How long until so much may be taken, in whole milliseconds; 0 is now. An amount larger than the
 * bucket may be taken from a full one, and leaves a debt.
 */
export function bucketWaitMs(
  bucket: Bucket,
  limit: BucketLimit,
  amount: number,
  nowMs: number,
): number {
  const missing = Math.min(amount, limit.size) - levelAt(bucket, limit, nowMs);
  // So small a deficit is a rounding error, not debt.
  return missing <= 1e-9 ? 0 : Math.ceil((missing * 60_000) / limit.perMinute);
}

/** The bucket after something was taken; a negative amount gives back what was not used. */
export function takeFrom(
  bucket: Bucket,
  limit: BucketLimit,
  amount: number,
  nowMs: number,
): Bucket {
  const level = Math.min(limit.size, levelAt(bucket, limit, nowMs) - amount);
  return { level, atMs: Math.max(bucket.atMs, nowMs) };
}
