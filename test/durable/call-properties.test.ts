import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { overloaded, rateLimited, serverError } from '../../dev/sandbox/model-faults.ts';
import { raw, reset, type WireFault } from '../../dev/sandbox/wire-fault.ts';
import { startComplete } from '../../src/client/start.ts';
import { workflowStatus } from '../../src/client/status.ts';
import type { Budget } from '../../src/policies/budget-schema.ts';
import type { Usage } from '../../src/policies/call-costs.ts';
import { resolvePolicies } from '../../src/policies/resolve-policies.ts';
import { type CallsWorld, startCallsWorld } from '../support/calls-world.ts';
import { paidAnswer } from '../support/paid-answer.ts';

/** Each run of the suite has others. More of them: `CALL_RUNS=500 npm test -- test/durable/call-prop`. */
const runsAtMost = Number(process.env.CALL_RUNS ?? 25);
const model = 'openai:gpt-4o-mini';
/** A token in is a millionth of a dollar, a token out two. */
const price = { inputPerMillion: '1', outputPerMillion: '2', currency: 'usd' };
const schema = {
  type: 'object',
  properties: { amount: { type: 'string' } },
  required: ['amount'],
} as const;

/** What the server says to one request, by name. */
const free = ['overloaded', 'server error'] as const;
const doubtful = ['reset', 'nothing in a 200'] as const;
const paid = [
  'an error in a 200',
  'no JSON at all',
  '{"amount":12}',
  '{}',
  '{"amount":"1.00"}',
] as const;

type Reply =
  | { readonly says: (typeof free)[number] | (typeof doubtful)[number] }
  | { readonly says: 'rate limited'; readonly retryAfterMs: number }
  | ({ readonly says: (typeof paid)[number] } & Usage);

function faultOf(reply: Reply): WireFault {
  switch (reply.says) {
    case 'overloaded':
      return overloaded;
    case 'server error':
      return serverError;
    case 'rate limited':
      return rateLimited({ retryAfterMs: reply.retryAfterMs });
    case 'reset':
      return reset;
    case 'nothing in a 200':
      return raw('');
    case 'an error in a 200':
      return paidAnswer({ content: '' }, reply, { error: { type: 'server_error' } });
    default:
      return paidAnswer({ content: reply.says }, reply);
  }
}

const replies = fc.array(
  fc.oneof(
    fc.record({ says: fc.constantFrom(...free, ...doubtful) }),
    fc.record({
      says: fc.constant('rate limited' as const),
      retryAfterMs: fc.integer({ min: 1, max: 70_000 }),
    }),
    {
      weight: 4,
      arbitrary: fc.record({
        says: fc.constantFrom(...paid),
        inputTokens: fc.integer({ min: 1, max: 50_000 }),
        outputTokens: fc.integer({ min: 0, max: 10_000 }),
      }),
    },
  ),
  { maxLength: 30, size: 'max' },
);

/** What the server says for ever when it has said everything else. */
const atLast: Reply = { says: 'overloaded' };

const budget: fc.Arbitrary<Budget> = fc.record(
  {
    maximumAttempts: fc.integer({ min: 1, max: 8 }),
    maximumElapsedMs: fc.integer({ min: 1, max: 200_000 }),
    maximumTokens: fc.integer({ min: 1, max: 150_000 }),
    maximumCost: fc.record({
      amount: fc.integer({ min: 1, max: 20 }).map((cents) => (cents / 100).toFixed(2)),
      currency: fc.constant('usd'),
    }),
  },
  { requiredKeys: [] },
);
const rules = fc.record({
  initialIntervalMs: fc.integer({ min: 1, max: 5000 }),
  maximumIntervalMs: fc.integer({ min: 5000, max: 60_000 }),
  backoffCoefficient: fc.double({ min: 1, max: 4, noNaN: true }),
  jitter: fc.double({ min: 0, max: 1, noNaN: true }),
  retryAfterCapMs: fc.constant(60_000),
  maximumAttempts: fc.integer({ min: 1, max: 6 }),
  maximumRepairs: fc.integer({ min: 0, max: 4 }),
  callBudget: budget,
  workflowBudget: budget,
  deadlineMs: fc.constant(300_000),
});

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

function tokensIn(given: readonly Reply[]): Usage {
  return {
    inputTokens: sum(given.map((reply) => ('inputTokens' in reply ? reply.inputTokens : 0))),
    outputTokens: sum(given.map((reply) => ('outputTokens' in reply ? reply.outputTokens : 0))),
  };
}

/** Runs one call to its end, good or bad, and gives what server, log and workflow say of it. */
async function run(world: CallsWorld, id: string, overrides: object) {
  const messages = [{ role: 'user' as const, content: 'The amount?' }];
  const { handle } = await startComplete(
    world.client,
    {
      request: { model, messages, schema },
      policies: resolvePolicies({ model: { ...overrides, prices: { [model]: price } } }),
    },
    { id, taskQueue: world.taskQueue },
  );
  await handle.result().catch(() => {});
  const { progress } = await workflowStatus(world.client, id);
  const lines = world.log.filter(({ workflowId }) => workflowId === id);
  return {
    requestIds: world.provider.requestsFor(`${id}/`).map(({ requestId = '' }) => requestId),
    sent: lines.filter(({ event }) => event === 'attempt.sent').length,
    failed: lines.filter(({ event }) => event === 'attempt.failed'),
    progress: progress ?? assert.fail('no progress'),
  };
}

test('whatever is answered under whatever rules: attempts, delays and budgets are kept, and counted as the server counts', async (t) => {
  let script: readonly Reply[] = [];
  let received = 0;
  const world = await startCallsWorld({
    answer: () => assert.fail('the script has an answer to everything'),
    faults: () => faultOf(script[received++] ?? atLast),
  });
  t.after(world.stop);
  let runs = 0;
  await fc.assert(
    fc.asyncProperty(rules, replies, async (overrides, replies) => {
      runs += 1;
      script = replies;
      received = 0;
      const { requestIds, sent, failed, progress } = await run(world, `call-${runs}`, overrides);
      const given = requestIds.map((_, index) => replies[index] ?? atLast);
      const { callBudget, workflowBudget, maximumAttempts } = overrides;

      assert.equal(sent, requestIds.length, 'requests at the server == attempts sent');
      const probes = failed.filter(({ usesAttempt }) => usesAttempt === false);
      assert.equal(progress.attempts, requestIds.length - probes.length, 'attempts and probes');
      for (const requestId of progress.requestIds) {
        const requests = requestIds.filter((each) => each === requestId).length;
        const attempts = requests - probes.filter((each) => each.requestId === requestId).length;
        assert.ok(attempts <= maximumAttempts, `${attempts} attempts of ${maximumAttempts}`);
      }

      for (const [index, reply] of given.entries()) {
        const retryAfterMs = 'retryAfterMs' in reply ? reply.retryAfterMs : 1;
        const isSame = (requestId: unknown) => requestId === requestIds[index];
        const nth = requestIds.slice(0, index).filter(isSame).length;
        const line = failed.filter(({ requestId }) => isSame(requestId))[nth];
        if (!line?.retry) continue;
        const delayMs = Number(line.delayMs);
        // In an outage those that may be billed are one minute apart, then two, ...
        const longestMs = line.held ? 600_000 : overrides.maximumIntervalMs;
        const capMs = longestMs + retryAfterMs;
        assert.ok(delayMs >= retryAfterMs && delayMs <= capMs, `${retryAfterMs}: ${delayMs}`);
        if (!line.held) assert.ok(retryAfterMs <= 60_000);
      }

      assert.deepEqual(progress.usage, tokensIn(given), 'tokens counted == tokens billed');
      const isDoubtful = ({ says }: Reply) => (doubtful as readonly string[]).includes(says);
      assert.equal(progress.possiblyBilled ?? 0, given.filter(isDoubtful).length);

      // What was spent before the last call was asked: under every cap, or it had not been asked.
      const last = requestIds.at(-1);
      const before = requestIds.filter((each) => each !== last).length;
      const { inputTokens, outputTokens } = tokensIn(given.slice(0, before));
      const waitedMs = sum(
        failed
          .filter(({ requestId, retry, held }) => retry && !held && requestId !== last)
          .map(({ delayMs }) => Number(delayMs)),
      );
      for (const cap of [callBudget, workflowBudget]) {
        assert.ok(progress.attempts <= (cap.maximumAttempts ?? 1e9), 'attempts, to the last one');
        if (before === 0) continue;
        assert.ok(inputTokens + outputTokens < (cap.maximumTokens ?? 1e9), 'tokens');
        assert.ok(waitedMs < (cap.maximumElapsedMs ?? 1e9), 'elapsed');
        const microUsd = 1_000_000 * Number(cap.maximumCost?.amount ?? 1e9);
        assert.ok(inputTokens + 2 * outputTokens < Math.round(microUsd), 'cost');
      }
    }),
    { numRuns: runsAtMost },
  );
});
