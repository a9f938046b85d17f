import type { z } from 'zod';
import type { Json } from '../../../wire/json.ts';
import type { EffectContext, FindMarked, NativeKeyEffect } from '../../once/effect.ts';
import { EffectError } from '../../once/effect-error.ts';
import { lookUpFailed, sendOrLookUp } from '../send-or-look-up.ts';
import { classifyHttp, type HttpRow, keyRows, statusRows } from './classify-http.ts';
import {
  createHttpTarget,
  type HttpRequest,
  type HttpTarget,
  type HttpTargetOptions,
} from './http-target.ts';

/** An effect on any endpoint that takes `Idempotency-Key`. */
export interface HttpEffectOptions<Input, Result> extends HttpTargetOptions {
  /** Part of the key; never changes once rows exist. */
  readonly name: string;
  readonly input: z.ZodType<Input>;
  /** What is kept of the answer, and checked. No transforms: it is checked again as stored. */
  readonly result: z.ZodType<Result>;
  /** Makes the result of the answer's body (an object, or `{}`). Default: the body itself. */
  readonly read?: (body: Readonly<Record<string, unknown>>) => unknown;
  /** Which fields make it the same effect. */
  readonly identity: (input: Input) => Json;
  /** The request, stored at the claim and sent again verbatim. */
  readonly request: (input: Input, key: string) => HttpRequest;
  /** How long the target is documented to know a key, less a margin; then it is looked up. */
  readonly keyWindowMs: number;
  /** `structured`: in quotation marks (RFC 8941), as the IETF draft asks. Default: `plain`. */
  readonly keyFormat?: 'plain' | 'structured';
  /** Another name for the header: `PayPal-Request-Id`. Default: `Idempotency-Key`. */
  readonly keyHeader?: string;
  /** What this target means by its answers, before what the draft and HTTP say. */
  readonly rows?: readonly HttpRow[];
  /** What became of an earlier attempt; without it `unknown`. When it throws, it is in doubt. */
  readonly lookUp?: (
    context: EffectContext<Input>,
    target: HttpTarget,
  ) => Promise<Result | undefined>;
  /** For `effects reconcile`, and before a person has an effect done anew. */
  readonly findMarked?: (target: HttpTarget) => FindMarked;
}

/** Declares an effect on an HTTP endpoint with idempotency keys: one request an attempt. */
export function httpEffect<Input, Result>(
  options: HttpEffectOptions<Input, Result>,
): NativeKeyEffect<Input, Result> {
  const { name, target, input, result, identity, keyWindowMs } = options;
  const { keyHeader = 'Idempotency-Key', keyFormat = 'plain', rows = [] } = options;
  const send = createHttpTarget(options);
  const meaning = (error: unknown, table: readonly HttpRow[], inDoubt: boolean) =>
    classifyHttp(error, [...rows, ...table], { target, inDoubt, nowMs: Date.now() });
  const lookUp =
    options.lookUp &&
    (async (context: EffectContext<Input>) => {
      const found = await options.lookUp?.(context, send).catch((error: unknown) => {
        throw lookUpFailed(error, meaning(error, statusRows, true));
      });
      return found === undefined ? undefined : resultOf({ result, target }, found);
    });
  const findMarked = options.findMarked?.(send);
  async function* list(query: Parameters<FindMarked['list']>[0]) {
    try {
      yield* findMarked?.list(query) ?? [];
    } catch (error) {
      throw lookUpFailed(error, meaning(error, statusRows, true));
    }
  }
  return {
    ...{ name, target, input, result, identity, keyWindowMs },
    way: 'native key',
    // As JSON has it: what is `undefined` is not stored.
    request: (value, key) => JSON.parse(JSON.stringify(options.request(value, key))),
    run: (context) =>
      sendOrLookUp({
        async send() {
          const request = context.request as unknown as HttpRequest;
          // Keys hold no character that a quoted string would have to escape (identifiers.ts).
          const key = keyFormat === 'plain' ? context.key : `"${context.key}"`;
          const headers = { [keyHeader]: key };
          const { body } = await send(request, { signal: context.signal, headers });
          return resultOf(options, body);
        },
        classify: (error) => meaning(error, [...keyRows, ...statusRows], context.inDoubt),
        lookUp: lookUp && (() => lookUp(context)),
      }),
    ...(lookUp && { lookUp }),
    ...(findMarked && { findMarked: { ...findMarked, list } }),
  };
}

/** A 2xx without JSON may come from something in between: the same key brings the real answer. */
function resultOf<Result>(
  { result, target, read }: Pick<HttpEffectOptions<never, Result>, 'result' | 'target' | 'read'>,
  body: unknown,
): Result {
  const parsed = result.safeParse(read ? read(Object(body)) : (body ?? null));
  if (parsed.success) return parsed.data;
  const fields = { by: target, reason: 'not the result that was expected', sent: true } as const;
  throw body === undefined
    ? new EffectError('in doubt', { ...fields, type: 'MalformedResponse' })
    : new EffectError('unknown', { ...fields, type: 'EffectUnknown' });
}
