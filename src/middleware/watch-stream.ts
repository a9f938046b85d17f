import type { LanguageModelV4StreamPart, LanguageModelV4Usage } from '@ai-sdk/provider';
import { APICallError } from '@ai-sdk/provider';
import type { AttemptWatch } from './attempt-model.ts';

const abandonAfterMs = 100;

/** Hands on a stream's parts; an `error` part or a failed read ends it with a failure of ours. */
export function watchStream(
  source: ReadableStream<LanguageModelV4StreamPart>,
  watch: AttemptWatch,
  signal?: AbortSignal,
): ReadableStream<LanguageModelV4StreamPart> {
  const reader = source.getReader();
  // Nobody reads any more, and nobody said so: its place at the gate is given back with the timeout. A
  // reader that is there has a moment to fail, which says more.
  const abandonSoon = () => setTimeout(watch.abandoned, abandonAfterMs).unref();
  signal?.addEventListener('abort', abandonSoon, { once: true });
  let usage: LanguageModelV4Usage | undefined;
  return new ReadableStream<LanguageModelV4StreamPart>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (done) {
          watch.answered(undefined, usage);
          controller.close();
          return;
        }
        if (value.type === 'error') throw errorOf(value.error);
        if (value.type === 'finish') usage = value.usage;
        controller.enqueue(value);
      } catch (error) {
        await reader.cancel().catch(() => {});
        controller.error(watch.failed(error));
      }
    },
    async cancel(reason) {
      watch.abandoned();
      await reader.cancel(reason);
    },
  });
}

/** An error event inside a stream, as an answer with status 200. */
function errorOf(error: unknown): unknown {
  if (error instanceof Error) return error;
  return new APICallError({
    message: 'an error within the stream',
    url: '',
    requestBodyValues: undefined,
    statusCode: 200,
    responseBody: JSON.stringify({ error }),
  });
}
