import { Context } from '@temporalio/activity';
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import { type DevServer, startDevServer } from '../../dev/servers/index.ts';
import type { CallActivities } from '../../src/activities/create-activities.ts';
import { createRulesActivity } from '../../src/activities/create-rules-activity.ts';
import type { ChargeInput } from '../../src/effects/targets/stripe/payments.ts';
import { createFailure } from '../../src/failures/create-failure.ts';
import { orders } from '../../src/orders/app.ts';
import type { SaveOrderInput } from '../../src/orders/save-order.ts';
import type { EffectRequest } from '../../src/wire/effect-call.ts';
import type { JsonObject } from '../../src/wire/json.ts';
import type { ToolCallPart } from '../../src/wire/message.ts';
import type { ModelOutcome, ModelRequest } from '../../src/wire/model-call.ts';
import { createWorkers } from '../../src/worker/create-workers.ts';
import { registerSearchAttributes } from '../../src/worker/register-search-attributes.ts';

/** The real workflows on a real server, with activities that do what the workflow's id says. */
export interface StubWorker {
  readonly server: DevServer;
  /** For `TEMPORAL_ADDRESS`. */
  readonly env: { readonly TEMPORAL_ADDRESS: string };
  /** Workflow ids of the model calls made, one for each attempt. */
  readonly modelCalls: readonly string[];
  readonly stop: () => Promise<void>;
}

/** A tool call that says what the worker was asked with. */
function wish(name: string, { messages, settings = {} }: ModelRequest): ToolCallPart {
  const [message] = messages;
  const seen = { content: message?.content, ...settings } as unknown as JsonObject;
  return { type: 'tool-call', id: 'c-1', name, arguments: seen };
}

/** The fingerprint of every order that the stub saves. */
export const savedFingerprint = 'v1:5aved';

/**
 * Starts a dev server and a worker. Ids that begin with `fails` have a revoked key, until
 * `curedIds` holds them; with `hangs` no answer until cancelled; with `retries` two 429 first. An order
 * whose id begins with `review` waits for approval, with `ambiguous` it needs the amount too.
 */
export async function startStubWorker(curedIds = new Set<string>()): Promise<StubWorker> {
  // The failures are meant: their stack traces have no place in a test report.
  Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
  const server = await startDevServer();
  const connection = await NativeConnection.connect({ address: server.address });
  await registerSearchAttributes(connection, server.namespace);
  const modelCalls: string[] = [];

  async function callModel(request: ModelRequest): Promise<ModelOutcome> {
    const { attempt, workflowExecution: { workflowId: id = '' } = {} } = Context.current().info;
    modelCalls.push(id);
    if (id.startsWith('fails') && !curedIds.has(id)) {
      throw createFailure('InvalidCredentials', '401 InvalidCredentials by stub: giving up');
    }
    if (id.startsWith('hangs')) await untilCancelled();
    if (id.startsWith('retries') && attempt < 3) {
      throw createFailure(
        'RateLimited',
        `429 RateLimited by stub: attempt ${attempt} of 8 failed \u001b[31m, next in 2 s`,
        { nextRetryDelayMs: 2000 },
      );
    }
    return {
      kind: 'answer',
      text: `hello from ${id}`,
      ...((request.schema ?? request.question) && {
        verdict: { kind: 'valid', value: answerTo(request) } as const,
      }),
      finishReason: request.tools ? 'tool-calls' : 'stop',
      ...(request.tools && { toolCalls: request.tools.map(({ name }) => wish(name, request)) }),
      usage: { inputTokens: 12, outputTokens: 3 },
      attempts: attempt,
    };
  }

  const effects = {
    async save({ input: { orderId, request, extracted } }: EffectRequest<SaveOrderInput>) {
      const ambiguous = orderId.startsWith('ambiguous');
      return {
        replayed: false,
        result: {
          orderId,
          customerId: request.customer.id,
          paymentMethod: request.customer.paymentMethod,
          extracted,
          reviewReasons: ambiguous || orderId.startsWith('review') ? ['a person must look'] : [],
          fingerprint: savedFingerprint,
          ...(!ambiguous && { total: { amountMinor: 8600, currency: 'usd' } }),
        },
      };
    },
    async charge({ input: { total } }: EffectRequest<ChargeInput>) {
      return { replayed: false, result: { chargeId: 'pi_stub', ...total } };
    },
    async ticket() {
      return { replayed: false, result: { ticketNumber: 7, url: 'https://tickets.example/7' } };
    },
  };
  const calls: CallActivities = { callModel };
  const workers = await createWorkers({
    connection,
    namespace: server.namespace,
    taskQueue: 'holdfast',
    calls,
    effects,
    rules: createRulesActivity({ app: orders, scope: 'stub', ledgerName: 'none' }),
    shutdownGraceMs: 100,
  });
  const running = workers.run();
  return {
    server,
    env: { TEMPORAL_ADDRESS: server.address },
    modelCalls,
    async stop() {
      workers.shutdown();
      await running;
      await connection.close();
      await server.stop();
    },
  };
}

async function untilCancelled(): Promise<never> {
  const context = Context.current();
  const heart = setInterval(() => context.heartbeat(), 200);
  try {
    return await context.cancelled;
  } finally {
    clearInterval(heart);
  }
}

/** Orders have items; the schema of the other tests asks for an intent. */
function answerTo({ question }: Pick<ModelRequest, 'question'>): unknown {
  if (question !== 'extract') return { intent: 'refund' };
  return {
    items: [{ description: 'linen tote bag', quantity: 2, unitPrice: '43.00' }],
    total: '86.00',
    currency: 'USD',
  };
}
