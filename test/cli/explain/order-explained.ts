import type { Explanation } from '../../../src/client/explain.ts';
import type { RecordedAttempt } from '../../../src/wire/recorded-attempt.ts';

const startMs = Date.UTC(2026, 10, 23, 12, 0, 0);
let count = 0;

function attempt(
  afterMs: number,
  fields: Partial<RecordedAttempt> & Pick<RecordedAttempt, 'outcome' | 'attempt'>,
  tookMs?: number,
): RecordedAttempt {
  count += 1;
  return {
    attemptId: `worker.${count}`,
    kind: 'call',
    workflowId: 'order-1042',
    runId: '019a-run-1',
    requestId: 'order-1042/extract',
    step: 'extract',
    ...(fields.kind !== 'effect' && { model: 'openai:gpt-4o-mini' }),
    provider: 'openai',
    startedAtMs: startMs + afterMs,
    sent: 'yes',
    ...(tookMs !== undefined && { finishedAtMs: startMs + afterMs + tookMs }),
    ...fields,
  };
}

const repair = { requestId: 'order-1042/extract.repair-1', step: 'extract.repair-1' };
const charge = {
  kind: 'effect',
  requestId: 'default/order-1042:charge',
  step: 'charge',
  provider: 'stripe',
} as const;

/** An order that met most of what can happen. */
export const explanation: Explanation = {
  workflowId: 'order-1042',
  status: {
    workflowId: 'order-1042',
    runId: '019a-run-1',
    workflowType: 'processOrder',
    status: 'COMPLETED',
    startedAt: new Date(startMs),
    closedAt: new Date(startMs + 3_620_400),
    pending: [],
  },
  attempts: [
    attempt(
      10,
      {
        attempt: 1,
        outcome: 'RateLimited',
        status: 429,
        reason: 'rate_limit_exceeded',
        providerRequestId: 'req_5f1c0d',
        retryAfterMs: 2000,
        delayMs: 2140,
        delaySource: 'Retry-After',
        billing: 'not billed',
      },
      38,
    ),
    attempt(
      2200,
      {
        attempt: 2,
        outcome: 'deferred',
        sent: 'no',
        heldMs: 900,
        delayMs: 1500,
        delaySource: 'gate',
      },
      0,
    ),
    attempt(
      4700,
      {
        attempt: 2,
        outcome: 'Timeout',
        heldMs: 420,
        delayMs: 810,
        delaySource: 'policy',
        billing: 'possibly billed',
      },
      5000,
    ),
    attempt(10_600, {
      attempt: 3,
      outcome: 'lost',
      sentAtMs: startMs + 10_603,
      billing: 'possibly billed',
    }),
    attempt(
      14_000,
      {
        attempt: 5,
        outcome: 'answered',
        providerRequestId: 'req_77aa01',
        inputTokens: 1812,
        outputTokens: 96,
        cost: '0.00032940',
        currency: 'usd',
        billing: 'billed',
      },
      1240,
    ),
    attempt(
      15_300,
      {
        ...repair,
        attempt: 1,
        outcome: 'answered',
        providerRequestId: 'req_77aa02',
        inputTokens: 1930,
        outputTokens: 101,
        cost: '0.0003501',
        currency: 'usd',
        billing: 'billed',
      },
      980,
    ),
    attempt(
      3_617_000,
      {
        ...charge,
        attempt: 1,
        outcome: 'ServerError',
        status: 503,
        delayMs: 700,
        delaySource: 'policy',
      },
      120,
    ),
    attempt(3_618_000, { ...charge, attempt: 2, outcome: 'done' }, 340),
  ],
  effects: [
    {
      key: 'default/order-1042:ticket',
      effect: 'ticket',
      generation: 1,
      state: 'unknown',
      inDoubt: true,
      createdAt: '2026-11-23T13:00:19.000Z',
      updatedAt: '2026-11-23T13:00:20.000Z',
      failure: 'EffectUnknown by github (an earlier attempt may have done it)',
    },
    {
      key: 'default/order-1042:charge',
      effect: 'charge',
      generation: 1,
      state: 'succeeded',
      inDoubt: true,
      createdAt: '2026-11-23T13:00:17.000Z',
      updatedAt: '2026-11-23T13:00:18.340Z',
    },
  ],
  parks: [
    {
      parkId: 'approval.1.0a1b2c3d',
      step: 'approval',
      type: 'ApprovalRequired',
      since: '2026-11-23T12:00:16.500Z',
      at: '2026-11-23T13:00:16.900Z',
      did: 'approved',
      by: 'alice@desk-7',
    },
  ],
};
