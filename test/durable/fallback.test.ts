import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type ModelFault,
  overloaded,
  quotaExhausted,
  rateLimited,
  serverError,
} from '../../dev/sandbox/model-faults.ts';
import type { WireFault } from '../../dev/sandbox/wire-fault.ts';
import {
  createGates,
  type GateDecision,
  type GateEntry,
  type Gates,
} from '../../src/calls/gate/gates.ts';
import { startComplete } from '../../src/client/start.ts';
import { type PolicyOverrides, resolvePolicies } from '../../src/policies/resolve-policies.ts';
import type { JsonObject } from '../../src/wire/json.ts';
import { type CallsWorld, startCallsWorld } from '../support/calls-world.ts';
import { failureOf } from '../support/failure-of.ts';

const first = 'openai:small';
const two: PolicyOverrides['model'] = { fallback: [{ model: 'openai:large' }] };
const schema: JsonObject = {
  type: 'object',
  properties: { amount: { type: 'string' } },
  required: ['amount'],
  additionalProperties: false,
};

async function ask(world: CallsWorld, model: PolicyOverrides['model'], given?: JsonObject) {
  const { handle } = await startComplete(
    world.client,
    {
      request: {
        model: first,
        messages: [{ role: 'user', content: 'Say hello' }],
        ...(given && { schema: given }),
      },
      policies: resolvePolicies({ model }),
    },
    { id: 'hello-1', taskQueue: world.taskQueue },
  );
  return handle.result();
}

/** Models that always answer with the same fault; the others answer. */
function faultsOf(byModel: Readonly<Record<string, ModelFault>>) {
  return ({ model }: { readonly model: string }): ModelFault => byModel[model] ?? { kind: 'pass' };
}

function asked(world: CallsWorld): string[] {
  return world.provider.requests.map(({ model, clientRequestId }) => `${model} ${clientRequestId}`);
}

const contextTooLong: WireFault = {
  kind: 'status',
  status: 400,
  body: {
    error: {
      message: "This model's maximum context length is 8192 tokens.",
      type: 'invalid_request_error',
      param: 'messages',
      code: 'context_length_exceeded',
    },
  },
};

test('an overloaded model has two attempts, then the next one is asked under its own request id', async (t) => {
  const world = await startCallsWorld({
    answer: () => 'hello',
    faults: faultsOf({ small: overloaded }),
  });
  t.after(world.stop);
  const result = await ask(world, two);
  assert.equal(result.value, 'hello');
  assert.equal(result.model, 'openai:large');
  assert.deepEqual(result.failedModels, [
    { requestId: 'hello-1/complete', model: first, type: 'Overloaded', attempts: 2 },
  ]);
  assert.deepEqual(result.requestIds, ['hello-1/complete', 'hello-1/complete.fallback-1']);
  assert.equal(result.attempts, 3);
  assert.deepEqual(asked(world), [
    'small hello-1/complete/attempt-1',
    'small hello-1/complete/attempt-2',
    'large hello-1/complete.fallback-1/attempt-1',
  ]);
  await assertHistoryNames(world, ['small, complete', 'large, complete (fallback 1)']);
});

test('a model that does not exist is given up at once', async (t) => {
  const world = await startCallsWorld({ answer: () => 'hello', knownModels: ['large'] });
  t.after(world.stop);
  const result = await ask(world, two);
  assert.equal(result.model, 'openai:large');
  assert.deepEqual(result.failedModels, [
    { requestId: 'hello-1/complete', model: first, type: 'ModelNotFound', attempts: 1 },
  ]);
  assert.equal(world.provider.requests.length, 2);
});

test('without a failure nobody else is asked', async (t) => {
  const world = await startCallsWorld({ answer: () => 'hello' });
  t.after(world.stop);
  const result = await ask(world, two);
  assert.deepEqual([result.model, result.failedModels], [first, undefined]);
  assert.deepEqual(asked(world), ['small hello-1/complete/attempt-1']);
});

test('a refusal never moves on', async (t) => {
  const world = await startCallsWorld({
    answer: () => ({ text: '', refusal: 'I cannot help with that.' }),
  });
  t.after(world.stop);
  const failure = await failureOf(ask(world, two));
  assert.equal(failure.type, 'ContentRejected');
  assert.deepEqual(asked(world), ['small hello-1/complete/attempt-1']);
});

test('a prompt that is too long goes to a larger window only', async (t) => {
  const world = await startCallsWorld({
    answer: () => 'hello',
    faults: faultsOf({ small: contextTooLong }),
  });
  t.after(world.stop);
  const result = await ask(world, {
    fallback: [{ model: 'openai:medium' }, { model: 'openai:huge', largerContext: true }],
  });
  assert.equal(result.model, 'openai:huge');
  assert.deepEqual(asked(world), [
    'small hello-1/complete/attempt-1',
    'huge hello-1/complete.fallback-2/attempt-1',
  ]);
});

test("when all models fail it is the last one's failure, and the message names them all", async (t) => {
  const world = await startCallsWorld({
    answer: () => 'hello',
    faults: faultsOf({ small: overloaded, large: quotaExhausted, huge: rateLimited() }),
  });
  t.after(world.stop);
  const failure = await failureOf(
    ask(world, {
      maximumAttempts: 5,
      initialIntervalMs: 1,
      fallback: [{ model: 'openai:large' }, { model: 'openai:huge', on: ['QuotaExhausted'] }],
    }),
  );
  assert.equal(failure.type, 'RateLimited');
  assert.match(
    failure.message,
    /^3 models did not answer: openai:small Overloaded after 2 attempts, openai:large QuotaExhausted after 1 attempt, openai:huge RateLimited after 2 attempts; the last: 429 RateLimited by openai .*: attempt 2 of 2 failed, giving up: no attempts left$/,
  );
  assert.equal(world.provider.requests.length, 5, 'the cap is for all models together');
});

test('what a fallback is not for keeps the first model to the cap of the policy', async (t) => {
  const world = await startCallsWorld({
    answer: () => 'hello',
    faults: faultsOf({ small: serverError }),
  });
  t.after(world.stop);
  const failure = await failureOf(
    ask(world, {
      maximumAttempts: 4,
      fallback: [{ model: 'openai:large', on: ['RateLimited'] }],
    }),
  );
  assert.equal(failure.type, 'ServerError');
  assert.match(failure.message, /^500 ServerError by openai .*: attempt 4 of 4 failed/);
  assert.equal(world.provider.requests.length, 4);
});

test('repairs are asked of the model that answered', async (t) => {
  const world = await startCallsWorld({
    answer: ({ messages }) => (messages.length > 1 ? '{"amount":"12"}' : '{"amount":12}'),
    faults: faultsOf({ small: overloaded }),
  });
  t.after(world.stop);
  const result = await ask(world, two, schema);
  assert.deepEqual(result.value, { amount: '12' });
  assert.deepEqual([result.repairs, result.model], [1, 'openai:large']);
  assert.deepEqual(asked(world), [
    'small hello-1/complete/attempt-1',
    'small hello-1/complete/attempt-2',
    'large hello-1/complete.fallback-1/attempt-1',
    'large hello-1/complete.repair-1/attempt-1',
  ]);
});

test('a budget of attempts holds over all models', async (t) => {
  const world = await startCallsWorld({
    answer: () => 'hello',
    faults: faultsOf({ small: overloaded, large: overloaded }),
  });
  t.after(world.stop);
  const failure = await failureOf(ask(world, { ...two, callBudget: { maximumAttempts: 3 } }));
  assert.equal(failure.type, 'Overloaded');
  assert.equal(world.provider.requests.length, 3);
});

/** A gate that lets nothing go to the first model, and why. */
const closedGates: Record<
  string,
  Pick<GateDecision & { kind: 'deferred' }, 'held' | 'downForMs'>
> = {
  'the gate knows to be down': { held: { gate: first, reason: 'is down' }, downForMs: 1000 },
  'a person holds': { held: { gate: first, reason: 'maintenance', by: 'ada@desk' } },
};

for (const [name, closed] of Object.entries(closedGates)) {
  test(`a model that ${name} is not waited for`, async (t) => {
    const entries: GateEntry[] = [];
    const gates: Gates = {
      ...createGates(),
      enter: async (entry) => {
        entries.push(entry);
        if (entry.model === first) return { kind: 'deferred', delayMs: 3_600_000, ...closed };
        return { kind: 'go', pass: { ended() {} } };
      },
    };
    const world = await startCallsWorld({ answer: () => 'hello', gates });
    t.after(world.stop);
    const result = await ask(world, two);
    assert.equal(result.model, 'openai:large');
    assert.deepEqual(result.failedModels, [
      { requestId: 'hello-1/complete', model: first, type: 'Overloaded', attempts: 0 },
    ]);
    assert.deepEqual(
      entries.map(({ model }) => model),
      [first, 'openai:large'],
    );
    // Not by the clock: the server may skip to the timeout of an activity that is finished.
    const { events } = await world.client.workflow.getHandle('hello-1').fetchHistory();
    const timers = (events ?? []).filter((event) => event.timerStartedEventAttributes);
    assert.equal(timers.length, 0, 'nobody slept');
    assert.deepEqual(asked(world), ['large hello-1/complete.fallback-1/attempt-1']);
  });
}

test('a person who holds all models of the list holds the call, at the last of them', async (t) => {
  let isHeld = true;
  const gates: Gates = {
    ...createGates(),
    async enter({ model: gate }) {
      if (!isHeld) return { kind: 'go', pass: { ended() {} } };
      if (gate === 'openai:large') isHeld = false;
      const held = { gate, reason: 'maintenance', by: 'ada@desk' };
      return { kind: 'deferred', delayMs: 3_600_000, held };
    },
  };
  const world = await startCallsWorld({ answer: () => 'hello', gates });
  t.after(world.stop);
  const result = await ask(world, two);
  assert.deepEqual([result.model, result.attempts], ['openai:large', 1]);
  assert.deepEqual(asked(world), ['large hello-1/complete.fallback-1/attempt-1']);
});

async function assertHistoryNames(world: CallsWorld, summaries: string[]): Promise<void> {
  const { events = [] } = await world.client.workflow.getHandle('hello-1').fetchHistory();
  const found = (events ?? []).flatMap(({ activityTaskScheduledEventAttributes, userMetadata }) => {
    if (!activityTaskScheduledEventAttributes) return [];
    return [JSON.parse(Buffer.from(userMetadata?.summary?.data ?? []).toString())];
  });
  assert.deepEqual(found, summaries);
}
