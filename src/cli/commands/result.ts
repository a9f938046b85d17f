import type { Client } from '@temporalio/client';
import { type WorkflowOutcome, workflowOutcome } from '../../client/result.ts';
import { workflowStatus } from '../../client/status.ts';
import { shellWord } from '../../wire/shell-word.ts';
import { CommandError } from '../command-error.ts';
import { untilInterrupted } from '../interruption.ts';
import { type JsonOption, print, printJson, warn } from '../output.ts';
import { printableLine } from '../printable.ts';
import { failureLine, reasonsOf } from '../watch/describe-status.ts';
import { followWaiting } from '../watch/follow-waiting.ts';
import { withClient } from '../with-client.ts';

/** `holdfast result <id>` */
export async function result(id: string, options: JsonOption): Promise<void> {
  await withClient(async ({ client }) => {
    const outcome = await awaitOutcome(client, id, options);
    if (outcome === undefined) return;
    const value = await completedValue(client, id, outcome);
    if (options.json) printJson({ workflowId: id, result: value });
    else printValue(value);
  });
}

/**
 * Waits until the workflow is closed or cannot go on; `undefined` when the waiting was interrupted.
 * What it waits for is told on standard error meanwhile; with `--json` only that no worker takes it.
 */
export function awaitOutcome(
  client: Client,
  id: string,
  { json = false }: JsonOption,
): Promise<WorkflowOutcome | undefined> {
  return untilInterrupted(async (signal) => {
    const stop = new AbortController();
    // At a terminal the line that follows the workflow says it.
    const isFollowed = !json && process.stderr.isTTY;
    const onNotTakenUp = (reason: string) => {
      if (!isFollowed) warn(`${id} waits: ${reason}`, { json });
    };
    const told = AbortSignal.any([signal, stop.signal]);
    const following = json ? undefined : followWaiting(client, id, told);
    try {
      return await workflowOutcome(client, id, { signal, onNotTakenUp });
    } catch (error) {
      if (signal.aborted) return undefined;
      throw error;
    } finally {
      stop.abort();
      await following;
    }
  });
}

/**
 * What a workflow returned.
 *
 * @throws CommandError `failed`, `parked` or `unreachable`, when it returned nothing.
 */
export async function completedValue(
  client: Client,
  id: string,
  outcome: WorkflowOutcome,
): Promise<unknown> {
  if (outcome.kind === 'completed') return outcome.value;
  if (outcome.kind === 'failed') {
    const { failure } = outcome;
    throw new CommandError(
      'failed',
      `${id} did not complete: ${printableLine(failureLine(failure))}`,
      { kind: failure.type, details: { workflowId: id } },
    );
  }
  if (outcome.kind === 'stuck') {
    throw new CommandError(
      'unreachable',
      `${id} cannot go on: ${printableLine(outcome.reason)}; it goes on with a worker that can`,
      { kind: 'stuck', details: { workflowId: id } },
    );
  }
  const { progress } = await workflowStatus(client, id);
  const why = reasonsOf(progress?.parked) || outcome.waitsFor;
  throw new CommandError(
    'parked',
    `${id} waits for a person (${printableLine(why)}); see holdfast status ${shellWord(id)}`,
    {
      kind: outcome.waitsFor,
      details: { workflowId: id, ...(progress?.parked && { parked: progress.parked }) },
    },
  );
}

/**
 * Text as it is; the answer alone where the workflow is one model call, which may be the calls of tools
 * that it wishes for; anything else as JSON.
 */
export function printValue(value: unknown): void {
  const answer = isCompleteResult(value) ? (value.toolCalls ?? value.value) : value;
  if (typeof answer === 'string') print(answer);
  else printJson(answer);
}

function isCompleteResult(value: unknown): value is {
  readonly value: unknown;
  readonly toolCalls?: unknown;
} {
  return typeof value === 'object' && value !== null && 'value' in value && 'requestIds' in value;
}
