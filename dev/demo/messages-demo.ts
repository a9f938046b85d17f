import pc from 'picocolors';
import { temporalUi } from '../../src/cli/with-client.ts';
import { resolvePolicies } from '../../src/policies/resolve-policies.ts';
import { startProgress } from '../../src/servers/progress.mjs';
import { demoProvider } from '../sandbox/demo-faults.ts';
import { checkMessages } from './check-messages.ts';
import { type Classified, type Classifier, classifyAll } from './classify-all.ts';
import { demoPolicies } from './demo-policies.ts';
import type { MessageFile } from './read-messages.ts';
import { showChecks } from './show-checks.ts';
import { accountForAttempts, readWorkerLog } from './worker-log.ts';
import type { World } from './world.ts';

/** Most of them wait: for an answer, or for the next attempt. */
const sandboxClassifier: Classifier = {
  model: `openai:${demoProvider.knownModel}`,
  policies: demoPolicies,
  concurrency: 40,
};
/** A real model takes its time, and one at home answers one after the other. */
const ownClassifier = { policies: resolvePolicies(), concurrency: 4 };

/**
 * Classifies messages, and counts.
 *
 * @param ownModel the user's own; without it the sandbox answers, through faults.
 * @returns whether every message was answered and every count is right.
 */
export async function runMessages(
  world: World,
  file: MessageFile,
  ownModel: string | undefined,
  say: (line?: string) => void,
  signal: AbortSignal,
): Promise<boolean> {
  const { client, sandbox, temporal, files } = world;
  const { messages, total, intents } = file;
  say(pc.bold(`${messages.length} of ${total} messages, ${intents.length} intents.`));
  const startedMs = performance.now();
  const classified: Classified[] = [];
  const progress = startProgress(`classifying ${messages.length} messages`);
  try {
    await classifyAll(
      client,
      file,
      ownModel === undefined ? sandboxClassifier : { ...ownClassifier, model: ownModel },
      (one) => {
        classified.push(one);
        progress.say(`${classified.length} done`);
      },
      signal,
    );
    progress.done();
  } catch (error) {
    progress.failed();
    throw error;
  }
  const attempts = accountForAttempts(readWorkerLog(files.workerLog));
  const checks = checkMessages({
    started: messages.length,
    classified,
    attempts,
    tookMs: performance.now() - startedMs,
    ...(ownModel === undefined && { modelRequests: sandbox.model.requests.length }),
  });
  say();
  say(showChecks(checks));
  say(`    attempts not sent: ${attempts.notSent.join('; ') || 'none'}`);
  const retried = classified.find((one) => one.kind === 'answered' && one.result.attempts > 1);
  const link = temporalUi(temporal.uiUrl, temporal);
  say();
  say(pc.bold('In the Temporal UI:'));
  say(`  ${link()}  all of them`);
  if (retried) say(`  ${link(`msg-${retried.line}`)}  one that took more than one attempt`);
  return checks.every(({ problems }) => problems.length === 0);
}
