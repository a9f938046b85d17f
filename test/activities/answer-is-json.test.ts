import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApplicationFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { pino } from 'pino';
import { z } from 'zod';
import { createCallModelActivity } from '../../src/activities/call-model.ts';
import { schemaFromZod } from '../../src/calls/answers/answer-shape.ts';
import { createAttemptLog } from '../../src/calls/attempt-log.ts';
import { catalogue } from '../../src/policies/catalogue.ts';

async function ask(answer: z.ZodType, text: string): Promise<unknown> {
  const activity = createCallModelActivity({
    attemptCall: async () => ({
      ...{ text, finishReason: 'stop' },
      usage: { inputTokens: 3, outputTokens: 1 },
    }),
    attemptLog: createAttemptLog(pino({ level: 'silent' })),
    questions: { count: { schema: schemaFromZod(answer), answer } },
    random: () => 0.5,
  });
  const request = {
    ...{ step: 'count', question: 'count', model: 'openai:gpt-4o-mini', maximumOutputTokens: 100 },
    ...{ messages: [{ role: 'user', content: 'How many?' }] as const, attemptsUsed: 0 },
    policy: catalogue.model,
  };
  return await new MockActivityEnvironment()
    .run(activity, request)
    .catch((error: unknown) => error);
}

const notJson: readonly (readonly [what: string, answer: z.ZodType])[] = [
  ['a bigint', z.string().transform(BigInt)],
  ['a date', z.string().transform((text) => new Date(Number(text)))],
  ['a map inside', z.string().transform((text) => ({ deep: [new Map([[text, 1]])] }))],
];
for (const [what, answer] of notJson) {
  test(`an answer that becomes ${what} is refused for good: it would be paid for again, or arrive as another`, async () => {
    const error = await ask(answer, '"12"');
    assert.ok(error instanceof ApplicationFailure, `${error}`);
    assert.deepEqual([error.type, error.nonRetryable], ['SchemaRejected', true]);
  });
}

test('an answer that becomes other JSON arrives, without the fields that are undefined', async () => {
  const answer = z.string().transform((text) => ({ count: Number(text), note: undefined }));
  const { verdict } = (await ask(answer, '"12"')) as { verdict: { kind: string; value: object } };
  assert.deepEqual(JSON.parse(JSON.stringify(verdict)), {
    ...JSON.parse(JSON.stringify(verdict)),
    ...{ kind: 'valid', value: { count: 12 } },
  });
});
