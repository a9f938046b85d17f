import path from 'node:path';
import { createOpenAI } from '@ai-sdk/openai';
import { MockActivityEnvironment } from '@temporalio/testing';
import { generateText } from 'ai';
import { createCallActivities } from '../../src/activities/create-activities.ts';
import { createAttemptCall } from '../../src/calls/attempt-call.ts';
import { createAttemptLog } from '../../src/calls/attempt-log.ts';
import { createGates } from '../../src/calls/gate/gates.ts';
import { createProviders } from '../../src/calls/provider/providers.ts';
import { openJournal } from '../../src/journal/journal.ts';
import { catalogue } from '../../src/policies/catalogue.ts';
import { createLogger } from '../../src/worker/create-logger.ts';
import { combineAttemptLogs } from '../../src/worker/open-app.ts';

const apiKey = 'sk-bench';
const question = (round: number) => `Say hello to guest ${round}`;

/** The AI SDK alone. */
export function createBareCall(baseUrl: string): (round: number) => Promise<unknown> {
  const openai = createOpenAI({ baseURL: baseUrl, apiKey });
  return (round) =>
    generateText({
      model: openai.chat('gpt-4o-mini'),
      messages: [{ role: 'user', content: question(round) }],
      maxOutputTokens: 2000,
      maxRetries: 0,
    });
}

/**
 * The activity as the worker runs it, in an activity context without a server: heartbeats, gate,
 * AI SDK, classification, the log in a file, the journal on disk.
 */
export function createWholeLayer(baseUrl: string, folder: string) {
  const log = createLogger({ to: path.join(folder, 'worker.log') });
  const journal = openJournal({
    databaseUrl: undefined,
    sqliteFile: path.join(folder, 'ledger.db'),
    folder: path.join(folder, 'journal'),
    onEvent: (event) => log.info(event),
  });
  const { callModel } = createCallActivities({
    attemptCall: createAttemptCall({
      scope: 'test',
      providers: createProviders([{ name: 'openai', family: 'openai', baseUrl, apiKey }]),
      log,
    }),
    attemptLog: combineAttemptLogs(createAttemptLog(log), journal.calls),
    gates: createGates(),
    random: Math.random,
  });
  return {
    call: (round: number): Promise<unknown> =>
      new MockActivityEnvironment().run(() =>
        callModel({
          step: `complete-${round}`,
          model: 'openai:gpt-4o-mini',
          messages: [{ role: 'user', content: question(round) }],
          maximumOutputTokens: 2000,
          policy: catalogue.model,
          attemptsUsed: 0,
        }),
      ),
    close: () => journal.close(),
  };
}
