import assert from 'node:assert/strict';
import { cpSync, mkdtempDisposableSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openLocalFile, workerOf } from '../../src/journal/attempts-file.ts';
import { catalogue } from '../../src/policies/catalogue.ts';
import type { ModelRequest } from '../../src/wire/model-call.ts';
import type { RecordedAttempt } from '../../src/wire/recorded-attempt.ts';

/** A call's request, as the workflow makes it. */
export function requestOf(step = 'extract'): ModelRequest {
  return {
    step,
    model: 'openai:gpt-4o-mini',
    messages: [{ role: 'user', content: 'PROMPT-SECRET' }],
    maximumOutputTokens: 100,
    attemptsUsed: 0,
    policy: {
      ...catalogue.model,
      prices: {
        'openai:gpt-4o-mini': {
          inputPerMillion: '0.15',
          outputPerMillion: '0.60',
          currency: 'usd',
        },
      },
    },
  };
}

/** The first attempt of a call. */
export function callOf(workflowId: string, attempt = 1) {
  return { workflowId, runId: 'run-1', request: requestOf(), attempt, heldMs: 0 };
}

/** An attempt that a dead worker recorded, which was answered. */
export function attemptOf(workflowId: string, attempt: number): RecordedAttempt {
  return {
    attemptId: `dead.${attempt}`,
    kind: 'call',
    workflowId,
    runId: '',
    requestId: `${workflowId}/extract`,
    step: 'extract',
    attempt,
    provider: 'openai',
    startedAtMs: attempt,
    sent: 'yes',
    outcome: 'answered',
  };
}

/**
 * How many attempts that have ended are in the files of a folder. Files are locked by their workers,
 * so copies are read.
 */
export function endedIn(folder: string): number {
  using copy = mkdtempDisposableSync(path.join(tmpdir(), 'holdfast-journal-'));
  cpSync(folder, copy.path, { recursive: true });
  let count = 0;
  for (const name of readdirSync(copy.path).filter((each) => workerOf(each) !== undefined)) {
    const file = openLocalFile(path.join(copy.path, name), assert.ifError);
    count += file.read('ended', 1_000_000).size;
    file.close();
  }
  return count;
}
