import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AssistantAnswer } from '../../dev/sandbox/model-request.ts';
import { startComplete } from '../../src/client/start.ts';
import { resolvePolicies } from '../../src/policies/resolve-policies.ts';
import type { JsonObject } from '../../src/wire/json.ts';
import { type CallsWorld, startCallsWorld } from '../support/calls-world.ts';
import { failureOf } from '../support/failure-of.ts';

const schema: JsonObject = {
  type: 'object',
  properties: {
    amount: { type: 'string' },
    currency: { enum: ['eur', 'usd'] },
    count: { type: 'integer' },
  },
  required: ['amount', 'currency', 'count'],
  additionalProperties: false,
};
const good = '{"amount":"12.00","currency":"eur","count":1}';

/** A model that gives these answers, one a request. */
function scripted(...answers: (string | AssistantAnswer)[]) {
  let index = 0;
  return () => answers[Math.min(index++, answers.length - 1)] ?? '';
}

async function ask(world: CallsWorld, model = 'openai:gpt-4o-mini', given: JsonObject = schema) {
  const { handle } = await startComplete(
    world.client,
    {
      request: { model, messages: [{ role: 'user', content: 'The order?' }], schema: given },
      policies: resolvePolicies({}),
    },
    { id: 'order-7', taskQueue: world.taskQueue },
  );
  return handle.result();
}

test('broken JSON that can be mended costs no second call', async (t) => {
  const world = await startCallsWorld({
    answer: scripted(`Sure:\n\`\`\`json\n{amount:'12.00', currency: "eur", count: 1,}\n\`\`\``),
  });
  t.after(world.stop);
  const result = await ask(world);
  assert.deepEqual(result.value, { amount: '12.00', currency: 'eur', count: 1 });
  assert.deepEqual([result.attempts, result.repairs, world.provider.requests.length], [1, 0, 1]);
  assert.deepEqual(result.requestIds, ['order-7/complete']);
  const mended = [
    'keys without quotes',
    'strings in single quotes',
    'a comma before a closing bracket',
  ];
  assert.deepEqual(result.mended, [{ requestId: 'order-7/complete', mended }]);
});

test('a fraction that no double has is an answer, and it is said which was rounded', async (t) => {
  const world = await startCallsWorld({ answer: scripted('{"share":0.12345678901234567890}') });
  t.after(world.stop);
  const share: JsonObject = { type: 'object', properties: { share: { type: 'number' } } };
  const { value, mended } = await ask(world, 'openai:gpt-4o-mini', share);
  assert.deepEqual(value, { share: 0.12345678901234568 });
  assert.deepEqual(mended, [{ requestId: 'order-7/complete', mended: ['share rounded'] }]);
});

test('an answer of the wrong shape is repaired by a call that shows the model what was wrong', async (t) => {
  const world = await startCallsWorld({
    answer: scripted('{"amount":12,"currency":"eur","count":1}', good),
  });
  t.after(world.stop);
  const result = await ask(world);
  assert.deepEqual(result.value, { amount: '12.00', currency: 'eur', count: 1 });
  assert.deepEqual([result.attempts, result.repairs, world.provider.requests.length], [2, 1, 2]);
  assert.deepEqual(result.requestIds, ['order-7/complete', 'order-7/complete.repair-1']);
});

test('the same violation again after feedback is SchemaMismatch after two calls, not eight', async (t) => {
  const world = await startCallsWorld({
    answer: scripted(
      '{"amount":12,"currency":"eur","count":1}',
      '{"amount":13,"currency":"usd","count":2}',
    ),
  });
  t.after(world.stop);
  const failure = await failureOf(ask(world));
  assert.equal(failure.type, 'SchemaMismatch');
  assert.equal(failure.details.calls, 2);
  assert.equal(world.provider.requests.length, 2);
  assert.doesNotMatch(failure.message, /13/, 'no values in the message');
});

test('another violation each time may go on, up to the cap on repairs', async (t) => {
  const world = await startCallsWorld({
    answer: scripted(
      '{"amount":1,"currency":2,"count":"3"}',
      '{"amount":1,"currency":"eur","count":"3"}',
      '{"amount":"1","currency":"eur","count":"3"}',
      good,
    ),
  });
  t.after(world.stop);
  const result = await ask(world);
  assert.deepEqual([result.repairs, world.provider.requests.length], [3, 4]);
});

test('a truncated answer is asked for once more with a larger limit, never repaired', async (t) => {
  const world = await startCallsWorld({
    answer: scripted({ text: '{"amount": "12', finishReason: 'length' }, good),
  });
  t.after(world.stop);
  const result = await ask(world);
  assert.deepEqual(result.requestIds, ['order-7/complete', 'order-7/complete.longer-1']);
  assert.deepEqual([result.repairs, world.provider.requests.length], [0, 2]);
});

test('an answer truncated twice is OutputTruncated', async (t) => {
  const world = await startCallsWorld({
    answer: () => ({ text: '{"amount": "12', finishReason: 'length' }),
  });
  t.after(world.stop);
  assert.equal((await failureOf(ask(world))).type, 'OutputTruncated');
  assert.equal(world.provider.requests.length, 2);
});

test('a refusal is final after one request', async (t) => {
  const world = await startCallsWorld({
    answer: () => ({ text: '', refusal: 'I cannot help with that.' }),
  });
  t.after(world.stop);
  assert.equal((await failureOf(ask(world))).type, 'ContentRejected');
  assert.equal(world.provider.requests.length, 1);
});

test('a schema that cannot be checked is refused before any request', async (t) => {
  const world = await startCallsWorld({ answer: () => good });
  t.after(world.stop);
  const unusable = { type: 'object', requird: ['a'] };
  assert.equal(
    (await failureOf(ask(world, 'openai:gpt-4o-mini', unusable))).type,
    'SchemaRejected',
  );
  assert.equal(world.provider.requests.length, 0);
});

test('different slips are not the same failure again', async (t) => {
  const world = await startCallsWorld({
    answer: scripted('I will count first.', good.slice(0, -1), good),
  });
  t.after(world.stop);
  const result = await ask(world);
  assert.deepEqual([result.repairs, world.provider.requests.length], [2, 3]);
});

test('a number that cannot be kept ends the call where only a number may stand', async (t) => {
  const world = await startCallsWorld({
    answer: scripted(good.replace(':1}', ':2512292042121000001}')),
  });
  t.after(world.stop);
  const failure = await failureOf(ask(world));
  assert.equal(failure.type, 'SchemaMismatch');
  assert.match(failure.message, /a number cannot be kept exactly.* at count/);
  assert.equal(world.provider.requests.length, 1);
});

test('a number that cannot be kept is asked for as a string where one may stand', async (t) => {
  const world = await startCallsWorld({
    answer: scripted('{"id":2512292042121000001}', '{"id":"2512292042121000001"}'),
  });
  t.after(world.stop);
  const either: JsonObject = {
    type: 'object',
    properties: { id: { type: ['integer', 'string'] } },
    required: ['id'],
    additionalProperties: false,
  };
  const result = await ask(world, 'openai:gpt-4o-mini', either);
  assert.deepEqual(result.value, { id: '2512292042121000001' });
  assert.equal(result.repairs, 1);
});

test('a text that may be empty is an answer, and otherwise asked for again', async (t) => {
  const world = await startCallsWorld({ answer: scripted('', '', 'not empty') });
  t.after(world.stop);
  const request = {
    model: 'openai:gpt-4o-mini',
    messages: [{ role: 'user', content: 'What is wrong with it?' }],
  } as const;
  const policies = resolvePolicies({});
  const { taskQueue } = world;
  const values = [];
  for (const allowEmpty of [true, false]) {
    const { handle } = await startComplete(
      world.client,
      { request: { ...request, allowEmpty }, policies },
      { id: `order-${allowEmpty}`, taskQueue },
    );
    const { value, attempts } = await handle.result();
    values.push([value, attempts]);
  }
  assert.deepEqual(values, [
    ['', 1],
    ['not empty', 2],
  ]);
});
