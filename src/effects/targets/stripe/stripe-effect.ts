import type Stripe from 'stripe';
import type { Json } from '../../../wire/json.ts';
import type { EffectContext, FindMarked, NativeKeyEffect } from '../../once/effect.ts';
import { EffectError, reasonFrom } from '../../once/effect-error.ts';
import { lookUpFailed, sendOrLookUp } from '../send-or-look-up.ts';
import { classifyStripe } from './classify-stripe.ts';

/** Stripe prunes keys after 24 h (https://docs.stripe.com/api/idempotent_requests); an hour is margin. */
const keyWindowMs = 23 * 60 * 60 * 1000;
/** Our database's clock may be wrong by hours: customer and key decide, and not the time. */
const clockMarginS = 24 * 60 * 60;
/** Of each request of a listing that no attempt waits for. */
const listTimeoutMs = 30_000;

/** What the objects have in common that effects make at Stripe. */
interface StripeObject {
  readonly id: string;
  readonly status: string | null;
  readonly metadata: Stripe.Metadata | null;
}

/** What tells one effect on Stripe from another. */
interface StripeDeclaration<Input, Result, Made extends StripeObject>
  extends Pick<NativeKeyEffect<Input, Result>, 'name' | 'input' | 'result' | 'identity'> {
  /** What is made, in words: `payment`. */
  readonly noun: string;
  /** The parameters; {@link stripeMetadata} belongs to them. */
  readonly request: (input: Input, key: string) => Json;
  readonly create: (request: Json, options: Stripe.RequestOptions) => Promise<Made>;
  /** All pages of a listing, newest first; only what belongs to the request, where there is one. */
  readonly list: (
    listing: { readonly created: { readonly gte: number }; readonly limit: number },
    request: Json,
    options: Stripe.RequestOptions,
  ) => AsyncIterable<Made>;
  /** Statuses of what did not and will not take place by itself. */
  readonly isOver: readonly string[];
  /** Whether it has the amount that was asked for. */
  readonly isAsAsked: (made: Made, input: Input) => boolean;
  readonly resultOf: (made: Made, input: Input) => Result;
  /** The field of the result that holds Stripe's id. */
  readonly idField: keyof Result & string;
}

/**
 * Declares an effect on Stripe: one POST under the key; where Stripe stored a failure of its own, or
 * has forgotten the key, it is looked for by its metadata. Only what `succeeded` as asked is done.
 */
export function stripeEffect<Input, Result, Made extends StripeObject>(
  stripe: Stripe,
  declaration: StripeDeclaration<Input, Result, Made>,
): NativeKeyEffect<Input, Result> {
  const { name, input, result, identity, request, noun, isOver, ...at } = declaration;

  function resultFrom(made: Made, asked: Input): Result {
    const { status } = made;
    const asAsked = at.isAsAsked(made, asked);
    if (status === 'succeeded' && asAsked) return at.resultOf(made, asked);
    const reason = asAsked ? reasonFrom(status) : `the ${noun} has another amount`;
    const fields = { by: 'stripe', reason, sent: true } as const;
    if (asAsked && status !== null && isOver.includes(status)) {
      throw new EffectError('refused', { ...fields, type: 'EffectRefused' });
    }
    throw new EffectError('unknown', { ...fields, type: 'EffectUnknown' });
  }

  /** Listing and not searching: search lags by up to a minute (https://docs.stripe.com/search). */
  async function* all(sinceS: number, of: Json, options: Stripe.RequestOptions) {
    try {
      yield* at.list({ created: { gte: sinceS }, limit: 100 }, of, options);
    } catch (error) {
      throw lookUpFailed(error, classifyStripe(error, Date.now()));
    }
  }

  async function lookUp(context: EffectContext<Input>): Promise<Result | undefined> {
    const sinceS = Math.floor(context.firstSentAtMs / 1000) - clockMarginS;
    let found: Made | undefined;
    for await (const made of all(sinceS, context.request, requestOptions(context.leftMs()))) {
      if (made.metadata?.holdfast_key !== context.key) continue;
      if (made.status === 'succeeded') return resultFrom(made, context.input);
      found ??= made;
    }
    return found && resultFrom(found, context.input);
  }

  const findMarked: FindMarked = {
    markOf: (key) => key,
    idOf: (kept) => textField(kept, at.idField),
    async *list({ sinceMs, request: of = null }) {
      const sinceS = Math.floor(sinceMs / 1000);
      for await (const { metadata, id, status } of all(sinceS, of, requestOptions(listTimeoutMs))) {
        const mark = metadata?.holdfast_key;
        const state = status ?? 'without a status';
        yield mark === undefined ? [] : [{ mark, id, state, done: !isOver.includes(state) }];
      }
    },
  };

  return {
    ...{ name, target: 'stripe', way: 'native key', keyWindowMs, input, result, identity, request },
    // The SDK is built for one version of the API: answers of another would not have its shape.
    apiVersion: stripe.getApiField('version'),
    run: (context) => {
      const { key, apiVersion, leftMs } = context;
      const given = { idempotencyKey: key, ...(apiVersion !== undefined && { apiVersion }) };
      const options = { ...requestOptions(leftMs()), ...given };
      return sendOrLookUp({
        send: async () => resultFrom(await at.create(context.request, options), context.input),
        classify: (error) => classifyStripe(error, Date.now()),
        lookUp: () => lookUp(context),
      });
    },
    lookUp,
    findMarked,
  };
}

function requestOptions(timeout: number): Stripe.RequestOptions {
  return { timeout, maxNetworkRetries: 0 };
}

/** The metadata by which an object is found again; a part of every request. */
export function stripeMetadata(key: string): { readonly holdfast_key: string } {
  return { holdfast_key: key };
}

/** A field of a JSON object, if it is there and text. */
export function textField(value: Json, field: string): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const found: unknown = Reflect.get(value, field);
  return typeof found === 'string' ? found : undefined;
}
