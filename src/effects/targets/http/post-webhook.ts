import { z } from 'zod';
import type { Json } from '../../../wire/json.ts';
import type { AtMostOnceEffect } from '../../once/effect.ts';
import { sendOrLookUp } from '../send-or-look-up.ts';
import { classifyHttp, statusRows } from './classify-http.ts';
import { createHttpTarget, type HttpRequest, type HttpTargetOptions } from './http-target.ts';

/** What is posted. */
export interface PostWebhookInput {
  /** What happened, for whoever listens: `order.paid`. */
  readonly event: string;
  readonly data: Json;
}

/** What {@link createPostWebhook} needs. */
export interface PostWebhookDependencies
  extends Pick<HttpTargetOptions, 'headers' | 'allowPrivate'> {
  /** The endpoint, from the configuration: its path is often its only secret. Never stored. */
  readonly url: string;
}

/** Posts at most once, for the endpoint offers no keys: without a clear answer it is `unknown`. */
export function createPostWebhook(
  dependencies: PostWebhookDependencies,
): AtMostOnceEffect<PostWebhookInput, { readonly status: number }> {
  const { url, ...rest } = dependencies;
  const target = 'webhook';
  const send = createHttpTarget({ target, baseUrl: url, ...rest });
  return {
    name: 'webhook',
    target,
    way: 'at most once',
    input: z.object({ event: z.string().min(1), data: z.json() }),
    result: z.object({ status: z.int() }),
    identity: ({ event, data }) => ({ event, data }),
    // The key goes along for listeners that can use it; nothing here depends on that.
    request: ({ event, data }, key) => ({ path: '', body: { id: key, event, data } }),
    run: ({ request, signal, inDoubt }) =>
      sendOrLookUp({
        async send() {
          const { status } = await send(request as unknown as HttpRequest, { signal });
          return { status };
        },
        classify: (error) =>
          classifyHttp(error, statusRows, { target, inDoubt, nowMs: Date.now() }),
      }),
  };
}
