import { createEmulator } from 'emulate';
import { z } from 'zod';
import { type Exchange, startLoopbackServer } from './loopback-server.ts';
import { onceOnly } from './once-only.ts';
import { headerText, type RequestRecord, recordOf } from './request-record.ts';
import { jsonAnswer, relay, type WireAnswer } from './wire-answer.ts';
import { deliver, pass, type WireFault } from './wire-fault.ts';

/** What a fault is decided on. */
export interface ResendFaultContext {
  readonly method: string;
  readonly path: string;
  /** Which request with this method and path it is, counted from 1. */
  readonly nthForThisRoute: number;
  readonly idempotencyKey: string | undefined;
}

export interface ResendSandboxOptions {
  /** What goes wrong: nothing by default. */
  readonly faults?: (context: ResendFaultContext) => WireFault;
  /** 0, the default, takes a free port. */
  readonly port?: number;
}

const emailSchema = z.looseObject({
  id: z.string(),
  from: z.string(),
  to: z.array(z.string()),
  subject: z.string(),
  text: z.string().nullable(),
  tags: z.array(z.object({ name: z.string(), value: z.string() })),
  created_at: z.string(),
});

/** An email as Resend shows it. */
export type ResendEmail = z.infer<typeof emailSchema>;

export interface ResendSandbox {
  readonly baseUrl: string;
  /** The only key that is let in. */
  readonly apiKey: 're_sandbox';
  /** Every request received, in order of arrival. `requestId` is the idempotency key. */
  readonly requests: readonly RequestRecord[];
  /** All emails sent, oldest first; not counted as requests. */
  emails(): Promise<readonly ResendEmail[]>;
  /** Forgets every idempotency key, as Resend does after 24 hours. */
  forgetIdempotencyKeys(): void;
  stop(): Promise<void>;
}

/**
 * Starts emulate's Resend on 127.0.0.1, which honours `Idempotency-Key`, with faults in front, and
 * with what it lacks: a list in pages, newest first, and without tags and bodies, as Resend's is.
 */
export async function startResend(options: ResendSandboxOptions = {}): Promise<ResendSandbox> {
  const emulator = await createEmulator({ service: 'resend', port: 0 });
  const origin = `http://127.0.0.1:${new URL(emulator.url).port}`;
  const apiKey = 're_sandbox';
  const requests: RequestRecord[] = [];
  const countByRoute = new Map<string, number>();
  let forgotten = 0;

  async function emails(): Promise<ResendEmail[]> {
    const answer = await fetch(`${origin}/emails`, {
      headers: { authorization: `Bearer ${apiKey}` },
    });
    return z.object({ data: z.array(emailSchema) }).parse(await answer.json()).data;
  }

  async function answerTo(exchange: Exchange, key: string | undefined): Promise<WireAnswer> {
    if (exchange.method === 'GET' && exchange.url.pathname === '/emails') {
      return pageOf(await emails(), exchange.url.searchParams);
    }
    // Under another name a key is another one: that is all there is to forgetting.
    const renamed = key && forgotten > 0 ? { 'idempotency-key': `${forgotten}:${key}` } : {};
    return relay(origin, exchange, renamed as Record<string, string>);
  }

  const server = await startLoopbackServer({
    port: options.port ?? 0,
    handle: async (exchange) => {
      const record = recordOf(exchange);
      requests.push(record);
      const { method, path, requestId: idempotencyKey } = record;
      const nthForThisRoute = (countByRoute.get(`${method} ${path}`) ?? 0) + 1;
      countByRoute.set(`${method} ${path}`, nthForThisRoute);
      const fault = options.faults?.({ method, path, nthForThisRoute, idempotencyKey }) ?? pass;
      record.fault = fault.kind;
      await deliver(exchange, record, fault, async () =>
        headerText(exchange, 'authorization') === `Bearer ${apiKey}`
          ? answerTo(exchange, record.requestId)
          : refusal(403, 'invalid_api_key', 'API key is invalid'),
      );
    },
  });

  return {
    baseUrl: server.origin,
    apiKey,
    requests,
    emails,
    forgetIdempotencyKeys: () => {
      forgotten += 1;
    },
    stop: onceOnly(async () => {
      await server.stop();
      await emulator.close();
    }),
  };
}

function pageOf(all: readonly ResendEmail[], query: URLSearchParams): WireAnswer {
  const newestFirst = all.toReversed();
  const start = newestFirst.findIndex(({ id }) => id === query.get('after')) + 1;
  const page = newestFirst.slice(start, start + Number(query.get('limit') ?? 20));
  const has_more = start + page.length < newestFirst.length;
  const data = page.map(({ tags: _tags, text: _text, html: _html, ...listed }) => listed);
  return jsonAnswer(200, { object: 'list', has_more, data });
}

/** As Resend writes its errors (https://resend.com/docs/api-reference/errors). */
const refusal = (statusCode: number, name: string, message: string): WireAnswer =>
  jsonAnswer(statusCode, { statusCode, name, message });
