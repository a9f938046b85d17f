import type Stripe from 'stripe';
import type { EffectContext } from '../../once/effect.ts';
import { lookUpFailed, sendOrLookUp } from '../send-or-look-up.ts';
import { classifyStripe } from './classify-stripe.ts';

/**
 * What all effects on Stripe have in common: the key's window, a request under the key, and the
 * search for what an earlier one may have made.
 */

/** Stripe prunes keys after 24 h (https://docs.stripe.com/api/idempotent_requests); an hour is margin. */
export const stripeKeyWindowMs = 23 * 60 * 60 * 1000;
/** Our database's clock and Stripe's may differ. */
const clockMarginS = 5 * 60;

/** The metadata by which an object is found again; a part of every request. */
export function stripeMetadata(key: string): { readonly holdfast_key: string } {
  return { holdfast_key: key };
}

/** One POST under the effect's key; where Stripe stored a failure of its own, the look-up decides. */
export function stripeOnce<Result>(
  context: EffectContext<unknown>,
  create: (options: Stripe.RequestOptions) => Promise<Result>,
  lookUp: () => Promise<Result | undefined>,
): Promise<Result> {
  const { key, apiVersion } = context;
  const options = {
    ...requestOptions(context),
    idempotencyKey: key,
    ...(apiVersion !== undefined && { apiVersion }),
  };
  return sendOrLookUp({
    send: () => create(options),
    classify: (error) => classifyStripe(error, Date.now()),
    lookUp,
  });
}

/** Parameters of a listing, by which all pages from the first sending on are read. */
export interface StripeListing {
  readonly created: { readonly gte: number };
  readonly limit: number;
}

/**
 * All objects of a listing that carry our key, newest first. Listing and not searching: search lags
 * by up to a minute (https://docs.stripe.com/search).
 *
 * @throws EffectError `in doubt`
 */
export async function findAtStripe<T extends { readonly metadata: Stripe.Metadata | null }>(
  context: EffectContext<unknown>,
  list: (listing: StripeListing, options: Stripe.RequestOptions) => AsyncIterable<T>,
): Promise<T[]> {
  const createdSinceS = Math.floor(context.firstSentAtMs / 1000) - clockMarginS;
  const found: T[] = [];
  try {
    const listing = { created: { gte: createdSinceS }, limit: 100 };
    for await (const object of list(listing, requestOptions(context))) {
      if (object.metadata?.holdfast_key === context.key) found.push(object);
    }
  } catch (error) {
    throw lookUpFailed(error, classifyStripe(error, Date.now()));
  }
  return found;
}

function requestOptions(context: EffectContext<unknown>): Stripe.RequestOptions {
  return { timeout: context.leftMs(), maxNetworkRetries: 0 };
}
