import { z } from 'zod';
import { providerOf } from '../../policies/model-name.ts';
import type { RateShares } from '../../wire/shared-rate.ts';
import {
  type Bucket,
  bucketLimit,
  bucketWaitMs,
  fullBucket,
  shareOf,
  takeFrom,
} from './gate-bucket.ts';

const perMinute = z.number().positive();

/** Rate limits of an account that are known beforehand: of a model, or of each model of a provider. */
export const rateLimitsSchema = z.strictObject({
  requestsPerMinute: perMinute
    .optional()
    .describe('Requests a minute, of all workers and gateways of one database together.'),
  tokensPerMinute: perMinute
    .optional()
    .describe('Tokens a minute, in and out, of all of them together.'),
});

/** Rate limits by `<provider>:<model>`, or by `<provider>` for each of its models by itself. */
export const rateLimitsByModelSchema = z.record(z.string(), rateLimitsSchema);

/** See the fields' descriptions in {@link rateLimitsSchema}. */
export type RateLimits = z.infer<typeof rateLimitsSchema>;

/** Rate limits by `<provider>:<model>` or `<provider>`: see {@link rateLimitsByModelSchema}. */
export type RateLimitsByModel = z.infer<typeof rateLimitsByModelSchema>;

/** The buckets of configured limits; absent where nothing is configured. */
export interface LimitBuckets {
  readonly requests?: Bucket;
  readonly tokens?: Bucket;
}

/** The limits of a model: its own, or its provider's. */
export function limitsFor(limits: RateLimitsByModel, model: string): RateLimits {
  return limits[model] ?? limits[providerOf(model)] ?? {};
}

/** The tighter of two limits, for an account that is limited under two names. */
export function tighter(one: RateLimits, other: RateLimits): RateLimits {
  const names = ['requestsPerMinute', 'tokensPerMinute'] as const;
  const entries = names.map((name) => [
    name,
    Math.min(one[name] ?? Number.POSITIVE_INFINITY, other[name] ?? Number.POSITIVE_INFINITY),
  ]);
  return Object.fromEntries(entries.filter(([, limit]) => Number.isFinite(limit)));
}

/** Full buckets for the limits that are configured. */
export function newBuckets(limits: RateLimits, nowMs: number): LimitBuckets {
  const { requestsPerMinute, tokensPerMinute } = limits;
  return {
    ...(requestsPerMinute && { requests: fullBucket(bucketLimit(requestsPerMinute), nowMs) }),
    ...(tokensPerMinute && { tokens: fullBucket(bucketLimit(tokensPerMinute), nowMs) }),
  };
}

/** How long until a request of so many tokens keeps within the limits, in milliseconds. */
export function limitsWaitMs(
  buckets: LimitBuckets,
  limits: RateLimits,
  tokens: number,
  nowMs: number,
): number {
  const wait = (bucket: Bucket | undefined, rate: number | undefined, amount: number) =>
    bucket && rate ? bucketWaitMs(bucket, bucketLimit(rate), amount, nowMs) : 0;
  return Math.max(
    wait(buckets.requests, limits.requestsPerMinute, 1),
    wait(buckets.tokens, limits.tokensPerMinute, tokens),
  );
}

/** The buckets after requests and tokens were used; negative tokens give back an estimate's excess. */
export function takeLimits(
  buckets: LimitBuckets,
  limits: RateLimits,
  used: { readonly requests: number; readonly tokens: number },
  nowMs: number,
): LimitBuckets {
  const take = (bucket: Bucket, rate: number, amount: number) =>
    takeFrom(bucket, bucketLimit(rate), amount, nowMs);
  const { requests, tokens } = buckets;
  return {
    ...(requests && { requests: take(requests, limits.requestsPerMinute ?? 1, used.requests) }),
    ...(tokens && { tokens: take(tokens, limits.tokensPerMinute ?? 1, used.tokens) }),
  };
}

/** Requests and tokens as shares of the limits, where these are shared with other processes. */
export function sharesOf(
  { requestsPerMinute, tokensPerMinute }: RateLimits,
  { requests, tokens }: { readonly requests: number; readonly tokens: number },
): RateShares {
  return {
    ...(requestsPerMinute && { requests: shareOf(bucketLimit(requestsPerMinute), requests) }),
    ...(tokensPerMinute && { tokens: shareOf(bucketLimit(tokensPerMinute), tokens) }),
  };
}

/** Whether any limit is configured. */
export function isLimited({ requestsPerMinute, tokensPerMinute }: RateLimits): boolean {
  return requestsPerMinute !== undefined || tokensPerMinute !== undefined;
}
