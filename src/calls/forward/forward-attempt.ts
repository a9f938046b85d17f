import type { Logger } from 'pino';
import { AttemptError, isAttemptError } from '../../failures/attempt-error.ts';
import type { Usage } from '../../policies/call-costs.ts';
import type { ForwardedAnswer, ForwardedRequest } from '../../wire/forwarded.ts';
import { classifyExchange } from '../classify/classify-exchange.ts';
import { readErrorBody } from '../classify/error-body.ts';
import { withoutFetchTimeouts } from '../provider/attempt-dispatcher.ts';
import { type Exchange, endedTimeout, inExchange } from '../provider/exchange.ts';
import { asFields, parseJson } from '../provider/families/read-json.ts';
import type { ProviderFamily } from '../provider/provider-families.ts';
import type { ProviderConfig } from '../provider/providers.ts';
import { providerRequestIdIn } from '../provider/request-headers.ts';
import { type AnswerReader, answerReaders } from './answer-reader.ts';
import { addressOf, type ForwardAddress, keyHeaders } from './provider-address.ts';
import { fetching, type ResumePoint, resumeAfter } from './resume-response.ts';
import { createStreamReader, type StreamSoFar } from './stream-reader.ts';
import { createUsageFilter } from './without-usage.ts';

/** A provider that requests are forwarded to. */
export type ForwardProvider = ProviderConfig & ForwardAddress;

/** What {@link createForwardAttempt} needs. */
export interface ForwardAttemptOptions {
  /** @throws AttemptError for a name that is not configured, or without its key. */
  readonly resolve: (provider: string) => ForwardProvider;
  readonly log: Logger;
  readonly now?: () => number;
}

/** What belongs to one attempt. */
export interface ForwardContext {
  readonly signal: AbortSignal;
  readonly requestTimeoutMs: number;
  /** Names the attempt to the provider: `X-Client-Request-Id`, `Idempotency-Key`. */
  readonly headers: Readonly<Record<string, string>>;
  /** Called as the request leaves this machine. */
  readonly onSent: () => void;
  /** The provider has the response: it is fetched, and nothing is asked anew. */
  readonly resume?: ResumePoint;
  /** Records the id of a response that the provider goes on with, before anything of it goes on. */
  readonly onResponse?: (responseId: string) => Promise<unknown>;
  /**
   * Takes the bytes of a stream as they come, with what is known of it. Called only for answers that
   * are streams; when it throws, the attempt ends. No more is read until it resolves.
   */
  readonly onBytes?: (
    bytes: Uint8Array,
    soFar: StreamSoFar,
    head: ForwardedAnswer,
  ) => void | Promise<void>;
}

/** A whole answer. */
export interface WholeAnswer extends ForwardedAnswer {
  readonly body: Uint8Array;
  readonly usage: Usage;
  readonly providerRequestId?: string;
}

/** A failed attempt of a forwarded call, with the provider's own answer where there was one. */
export class ForwardError extends AttemptError {
  readonly answer: { readonly head: ForwardedAnswer; readonly body: Uint8Array } | undefined;
  /** Content had begun: what a client has seen of it cannot be taken back. */
  readonly hadContent: boolean;
  /** Where the next attempt fetches the response; absent where it has to ask anew. */
  readonly resume: ResumePoint | undefined;
  constructor(error: AttemptError, more: Pick<ForwardError, 'answer' | 'hadContent' | 'resume'>) {
    super(error.fields);
    this.answer = more.answer;
    this.hadContent = more.hadContent;
    this.resume = more.resume;
  }
}

/** Makes one attempt of a forwarded call: its bytes go out, the answer's bytes come back. */
export type ForwardAttempt = (
  request: ForwardedRequest,
  body: Uint8Array,
  context: ForwardContext,
) => Promise<WholeAnswer>;

/** Most bytes of an answer that are kept: images and audio are large. */
const maximumAnswerBytes = 64 * 1024 * 1024;

/**
 * Headers of an answer that go on to the client; all others are of the connection, the provider's own, or
 * name the account that is asked with.
 */
const passedDown =
  /^(content-type|retry-after(-ms)?|x-should-retry|.*ratelimit.*|openai-(?!organization|project).*)$/;

/**
 * Makes the function that forwards requests: at most one HTTP request, redirects are failures, and
 * what the answer means is said by the table of the provider's family, as for calls that Holdfast asks.
 * Only status, error body, whole envelope and the end of a stream decide.
 */
export function createForwardAttempt(options: ForwardAttemptOptions): ForwardAttempt {
  const { resolve, log, now = Date.now } = options;

  return async function forwardAttempt(request, body, context) {
    context.signal.throwIfAborted();
    const provider = resolve(request.provider);
    const family = familyOf(provider.family, request);
    const reader = answerReaders[request.api];
    using ended = endedTimeout(context.requestTimeoutMs);
    const timeout = ended.signal;
    return await inExchange(context.onSent, async (exchange) => {
      const received: Uint8Array[] = [];
      let head: ForwardedAnswer | undefined;
      let stream: ReturnType<typeof createStreamReader> | undefined;
      const take = async (bytes: Uint8Array, head: ForwardedAnswer) => {
        if (bytes.length === 0) return;
        received.push(bytes);
        if (stream) await context.onBytes?.(bytes, stream.soFar(), head);
      };
      try {
        exchange.fetched = true;
        const asked = context.resume ? fetching(request, context.resume) : request;
        const response = await fetch(addressOf(provider, asked), {
          method: asked.method,
          headers: {
            ...request.headers,
            ...provider.headers,
            ...keyHeaders(provider, request.api),
            ...context.headers,
          },
          ...(asked === request && body.byteLength > 0 && { body }),
          redirect: 'manual',
          ...withoutFetchTimeouts,
          signal: AbortSignal.any([context.signal, timeout, exchange.stop.signal]),
        });
        exchange.status = response.status;
        exchange.headers = Object.fromEntries(response.headers);
        head = { status: response.status, headers: headersDown(exchange.headers) };
        const isStream = /^text\/event-stream\b/i.test(exchange.headers['content-type'] ?? '');
        stream = isStream && response.ok ? createStreamReader(reader) : undefined;
        const usageFilter = stream && request.isUsageOurs ? createUsageFilter() : undefined;
        let size = 0;
        let isRecorded = !request.isReattachable || context.resume !== undefined;
        for await (const bytes of response.body ?? []) {
          size += bytes.byteLength;
          if (size > maximumAnswerBytes) {
            exchange.oversized = true;
            throw new Error('the answer exceeds the size cap');
          }
          const soFar = stream?.read(bytes);
          if (soFar?.responseId !== undefined && !isRecorded) {
            isRecorded = true;
            await context.onResponse?.(soFar.responseId);
          }
          await take(usageFilter ? usageFilter.take(bytes) : bytes, head);
        }
        if (usageFilter) await take(usageFilter.rest(), head);
      } catch (error) {
        if (context.signal.aborted) throw context.signal.reason;
        if (isAttemptError(error)) throw error;
        exchange.failure = error;
      }
      const whole = Buffer.concat(received);
      const usage = head && read(reader, exchange, whole, stream?.soFar());
      if (usage && head) {
        const providerRequestId = providerRequestIdIn(exchange.headers);
        return {
          ...{ ...head, body: whole, usage },
          ...(providerRequestId !== undefined && { providerRequestId }),
        };
      }
      throw failure(exchange, whole, head, stream?.soFar());
    });

    function failure(
      exchange: Exchange,
      whole: Buffer,
      head: ForwardedAnswer | undefined,
      soFar: StreamSoFar | undefined,
    ): ForwardError {
      exchange.body = soFar?.error
        ? JSON.stringify({ error: soFar.error })
        : whole.toString('utf8');
      const { fields, shape } = classifyExchange(exchange, {
        family,
        by: provider.name,
        isTimedOut: timeout.aborted,
        hasSchema: false,
        nowMs: now(),
      });
      const resume = request.isReattachable
        ? resumeAfter(exchange, soFar, context.resume)
        : undefined;
      const isGone = context.resume !== undefined && exchange.status === 404;
      // However cleanly its connection closed.
      const endsEarly = soFar && !soFar.error && exchange.failure === undefined;
      if (shape) log.warn({ event: 'attempt.unclassified', provider: provider.name, ...shape });
      return new ForwardError(
        new AttemptError({
          ...(isGone ? { type: 'ServerError', by: provider.name, reason: responseIsGone } : fields),
          ...(endsEarly && { reason: 'the stream has no end' }),
          ...(soFar?.usage && { usage: soFar.usage }),
          ...(resume && { isResumable: true }),
        }),
        {
          answer: head && !soFar && whole.length > 0 ? { head, body: whole } : undefined,
          hadContent: soFar?.hasContent === true,
          resume,
        },
      );
    }
  };
}

/** What the first attempt asked for may have been done, and billed: that is not known any more. */
const responseIsGone = 'the provider does not know the response any more';

const nothingUsed: Usage = { inputTokens: 0, outputTokens: 0 };

/** What a whole answer used; `undefined` where it is no answer. */
function read(
  reader: AnswerReader,
  { status = 0, oversized, failure }: Exchange,
  body: Buffer,
  soFar: StreamSoFar | undefined,
): Usage | undefined {
  if (status < 200 || status > 299 || oversized) return undefined;
  if (soFar) {
    // What comes after the end is nobody's loss, if the connection breaks there.
    return soFar.hasEnd && !soFar.error ? (soFar.usage ?? nothingUsed) : undefined;
  }
  if (failure !== undefined) return undefined;
  const text = body.toString('utf8');
  const parsed = asFields(parseJson(text));
  if (!reader.isWhole(parsed) || readErrorBody(text).isError) return undefined;
  return { ...nothingUsed, ...reader.usageOf(parsed) };
}

/** Which table says what an answer means: an endpoint that speaks OpenAI answers like OpenAI. */
function familyOf(family: ProviderFamily, { api }: ForwardedRequest): ProviderFamily {
  if (api === 'responses') return 'openai-responses';
  if (api === 'chat' || api === 'embeddings')
    return family === 'openai' ? 'openai' : 'openai-compatible';
  return family;
}

function headersDown(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => passedDown.test(name)));
}
