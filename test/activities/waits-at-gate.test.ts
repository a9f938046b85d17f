import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MockActivityEnvironment } from '@temporalio/testing';
import { pino } from 'pino';
import { createCallModelActivity } from '../../src/activities/call-model.ts';
import { createAttemptLog } from '../../src/calls/attempt-log.ts';
import { createGates } from '../../src/calls/gate/gates.ts';
import { AttemptError } from '../../src/failures/attempt-error.ts';
import { catalogue } from '../../src/policies/catalogue.ts';

test('waiting at the gate is no part of the elapsed budget of this attempt', async () => {
  const real = createGates();
  const slow = {
    ...real,
    enter: async (entry: Parameters<typeof real.enter>[0]) => {
      await new Promise((resolve) => setTimeout(resolve, 1500));
      return real.enter(entry);
    },
  };
  const env = new MockActivityEnvironment({ attempt: 1 });
  const fails = createCallModelActivity({
    attemptCall: async () => {
      throw new AttemptError({ type: 'Overloaded', by: 'openai', status: 503, sent: true });
    },
    attemptLog: createAttemptLog(pino({ level: 'silent' })),
    gates: slow,
    random: () => 0.5,
  });
  await assert.rejects(
    env.run(fails, {
      step: 'extract',
      model: 'openai:gpt-4o-mini',
      messages: [{ role: 'user' as const, content: 'Say hello' }],
      maximumOutputTokens: 100,
      attemptsUsed: 0,
      policy: { ...catalogue.model, elapsedBudgetMs: 1200, initialIntervalMs: 1 },
    }),
    /attempt 1 failed, next in/,
  );
});
