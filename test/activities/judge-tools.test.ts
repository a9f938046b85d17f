import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApplicationFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { pino } from 'pino';
import { createCallModelActivity } from '../../src/activities/call-model.ts';
import { createAttemptLog } from '../../src/calls/attempt-log.ts';
import { catalogue } from '../../src/policies/catalogue.ts';
import type { JsonObject } from '../../src/wire/json.ts';
import type { ToolCallPart } from '../../src/wire/message.ts';
import type { ModelAnswer } from '../../src/wire/model-call.ts';

const parameters: JsonObject = {
  type: 'object',
  properties: { day: { type: 'string', format: 'date' }, hour: { type: 'integer', minimum: 8 } },
  required: ['day'],
  additionalProperties: false,
};

let sent = 0;

/** What the activity makes of an answer that wants the tool `book` used with each of these. */
async function judged(given: readonly JsonObject[], offered = parameters) {
  const toolCalls = given.map(
    (each, index): ToolCallPart => ({
      ...{ type: 'tool-call', id: `call-${index}`, name: 'book' },
      arguments: each,
    }),
  );
  const activity = createCallModelActivity({
    attemptCall: async () => {
      sent += 1;
      const usage = { inputTokens: 3, outputTokens: 1 };
      return { text: '', toolCalls, finishReason: 'tool-calls', usage };
    },
    attemptLog: createAttemptLog(pino({ level: 'silent' })),
    random: () => 0.5,
  });
  const answer = await new MockActivityEnvironment().run(activity, {
    ...{ step: 'ask', model: 'openai:gpt-4o-mini', maximumOutputTokens: 100, attemptsUsed: 0 },
    messages: [{ role: 'user' as const, content: 'Come!' }],
    tools: [{ name: 'book', parameters: offered }],
    policy: catalogue.model,
  });
  return (answer as ModelAnswer).verdict;
}

const expectedDay = { path: 'toolCalls.0.day', expected: 'text in the format date' };

const rows: readonly (readonly [what: string, given: readonly JsonObject[], verdict: unknown])[] = [
  ['arguments that fit have no verdict', [{ day: '2026-12-01' }], undefined],
  [
    'a day that is none',
    [{ day: 'soon' }],
    {
      kind: 'invalid',
      fingerprint: 'book: day format (text in the format date)',
      issues: [expectedDay],
    },
  ],
  [
    'no arguments at all',
    [{}],
    {
      kind: 'invalid',
      fingerprint: 'book: day required (a value)',
      issues: [{ path: 'toolCalls.0.day', expected: 'a value' }],
    },
  ],
  [
    'one of two calls, and a name that the model made up is not repeated',
    [{ day: '2026-12-01' }, { day: '2026-12-02', secretWish: 1 }],
    {
      kind: 'invalid',
      fingerprint:
        'book: (answer) additionalProperties (no properties besides those of the schema)',
      issues: [{ path: 'toolCalls.1', expected: 'no properties besides those of the schema' }],
    },
  ],
  [
    'both of two calls',
    [{ day: 'soon' }, { day: '2026-12-02', hour: 3 }],
    {
      kind: 'invalid',
      fingerprint: 'book: day format (text in the format date); book: hour minimum (at least 8)',
      issues: [expectedDay, { path: 'toolCalls.1.hour', expected: 'at least 8' }],
    },
  ],
];
for (const [what, given, verdict] of rows) {
  test(what, async () => assert.deepEqual(await judged(given), verdict));
}

test('parameters that cannot be checked are refused before anything is sent', async () => {
  const before = sent;
  const error = await judged([{}], { type: 'object', propertise: {} }).catch(
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof ApplicationFailure);
  assert.equal(error.type, 'SchemaRejected');
  assert.match(error.message, /the parameters of the tool book cannot be used: .*propertise/);
  assert.equal(sent, before);
});
