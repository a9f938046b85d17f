import { setTimeout as sleep } from 'node:timers/promises';
import { createEmulator } from 'emulate';
import { type Exchange, startLoopbackServer } from './loopback-server.ts';
import { onceOnly } from './once-only.ts';
import { headerText, type RequestRecord, recordOf } from './request-record.ts';
import { apiError, invalidSecretKey } from './stripe-errors.ts';
import { createIdempotencyKeys } from './stripe-idempotency.ts';
import {
  createPayments,
  type PaymentIntentView,
  type SandboxPaymentMethod,
} from './stripe-payments.ts';
import { createRefunds, type RefundStatus, type RefundView } from './stripe-refunds.ts';
import { relay, type WireAnswer } from './wire-answer.ts';
import { deliver, pass, type WireFault } from './wire-fault.ts';

/**
 * What can go wrong at Stripe. Of the wire faults, `status`, `raw`, `hang` and `reset` come before
 * anything is executed or stored; `lost` and `cut` after; `delay` is a slow execution, during
 * which the key is in flight.
 */
export type StripeFault =
  | WireFault
  /** Stripe's own failure: a 500 that is stored and replayed, with the effect done or not. */
  | { readonly kind: 'storedServerError'; readonly executed: boolean }
  /** 402, stored and replayed. */
  | { readonly kind: 'declined'; readonly declineCode: string }
  /** A refund that is made, and does not succeed at once. */
  | { readonly kind: 'refund'; readonly status: RefundStatus };

/** What a fault is decided on. */
export interface StripeFaultContext {
  readonly idempotencyKey: string | undefined;
  /** Which POST with this key it is, counted from 1. */
  readonly nthForThisKey: number;
  readonly method: string;
  readonly path: string;
  readonly parameters: URLSearchParams;
}

export interface StripeSandboxOptions {
  readonly customers: readonly { readonly id: string; readonly name?: string }[];
  readonly paymentMethods: readonly SandboxPaymentMethod[];
  /** What goes wrong: nothing by default. */
  readonly faults?: (context: StripeFaultContext) => StripeFault;
  /** 0, the default, takes a free port. */
  readonly port?: number;
}

export interface StripeSandbox {
  /** For the SDK: `new Stripe(secretKey, { host, port, protocol: 'http' })`. */
  readonly host: '127.0.0.1';
  readonly port: number;
  readonly origin: string;
  /** The only key that is let in. */
  readonly secretKey: 'sk_test_sandbox';
  /** Every request received, in order of arrival. `requestId` is the idempotency key. */
  readonly requests: readonly RequestRecord[];
  /** All payment intents there are, oldest first, whatever came of them. */
  paymentIntents(): Promise<readonly PaymentIntentView[]>;
  /** All refunds there are, oldest first. A test may set another status, as time does. */
  refunds(): readonly RefundView[];
  /** Forgets every idempotency key, as Stripe may after 24 hours. */
  forgetIdempotencyKeys(): void;
  stop(): Promise<void>;
}

/** Starts emulate's Stripe on 127.0.0.1, with Stripe's idempotency and faults in front of it. */
export async function startStripe(options: StripeSandboxOptions): Promise<StripeSandbox> {
  const emulator = await createEmulator({
    service: 'stripe',
    port: 0,
    seed: { stripe: { customers: options.customers } },
  });
  const origin = `http://127.0.0.1:${new URL(emulator.url).port}`;
  const secretKey = 'sk_test_sandbox';
  const requests: RequestRecord[] = [];
  const countByKey = new Map<string | undefined, number>();
  const keys = createIdempotencyKeys();
  const payments = createPayments(origin, options.paymentMethods);
  const refunds = createRefunds(payments.all);

  async function execute(exchange: Exchange, fault: StripeFault): Promise<WireAnswer> {
    if (fault.kind === 'delay') await sleep(fault.delayMs, undefined, { ref: false });
    if (fault.kind === 'storedServerError' && !fault.executed) return apiError();
    const answer = await answerTo(exchange, fault);
    return fault.kind === 'storedServerError' ? apiError() : answer;
  }

  async function answerTo(exchange: Exchange, fault: StripeFault): Promise<WireAnswer> {
    switch (`${exchange.method} ${exchange.url.pathname}`) {
      case 'POST /v1/payment_intents':
        return payments.create(exchange, fault.kind === 'declined' ? fault.declineCode : undefined);
      case 'POST /v1/refunds':
        return refunds.create(
          parametersOf(exchange),
          fault.kind === 'refund' ? fault.status : 'succeeded',
        );
      case 'GET /v1/refunds':
        return refunds.list(exchange);
      default:
        return payments.complete(await relay(origin, exchange));
    }
  }

  function decide(exchange: Exchange, idempotencyKey: string | undefined): StripeFault {
    const isPost = exchange.method === 'POST';
    const nthForThisKey = (countByKey.get(idempotencyKey) ?? 0) + (isPost ? 1 : 0);
    countByKey.set(idempotencyKey, nthForThisKey);
    return (options.faults ?? (() => pass))({
      idempotencyKey,
      nthForThisKey,
      method: exchange.method,
      path: exchange.url.pathname,
      parameters: parametersOf(exchange),
    });
  }

  const server = await startLoopbackServer({
    port: options.port ?? 0,
    handle: async (exchange) => {
      const record = recordOf(exchange);
      requests.push(record);
      exchange.response.setHeader('request-id', `req_sandbox_${requests.length}`);
      const given = headerText(exchange, 'authorization')?.replace(/^Bearer /, '') ?? '';
      if (given !== secretKey) {
        return deliver(exchange, record, pass, async () => invalidSecretKey(given));
      }
      const key = record.requestId;
      const fault = decide(exchange, key);
      record.fault = fault.kind;
      await deliver(exchange, record, isOnTheWire(fault) ? fault : pass, () =>
        exchange.method === 'POST' && key !== undefined
          ? keys.run(key, canonicalRequest(exchange), () => execute(exchange, fault))
          : execute(exchange, fault),
      );
    },
  });

  return {
    host: '127.0.0.1',
    port: server.port,
    origin: server.origin,
    secretKey,
    requests,
    paymentIntents: payments.all,
    refunds: refunds.all,
    forgetIdempotencyKeys: keys.forget,
    stop: onceOnly(async () => {
      await server.stop();
      await emulator.close();
    }),
  };
}

/** A delay at Stripe is a slow execution, not a slow wire. */
function isOnTheWire(fault: StripeFault): fault is WireFault {
  return !['delay', 'storedServerError', 'declined', 'refund'].includes(fault.kind);
}

function parametersOf(exchange: Exchange): URLSearchParams {
  return exchange.method === 'GET'
    ? exchange.url.searchParams
    : new URLSearchParams(exchange.body.toString('utf8'));
}

/** Endpoint and parameters, in an order that does not depend on the client's. */
function canonicalRequest(exchange: Exchange): string {
  const parameters = parametersOf(exchange);
  parameters.sort();
  return `${exchange.url.pathname}?${parameters}`;
}
