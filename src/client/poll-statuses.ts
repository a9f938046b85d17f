import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import pMap from 'p-map';
import { isNotFound, isUnreachable } from './client-error.ts';
import { listRunning } from './parked.ts';
import { type WorkflowStatus, workflowStatus } from './status.ts';

/** What is polled, and how politely. */
export interface PollOptions {
  /** `running`: all that run in the namespace, those that start meanwhile included. */
  readonly ids: readonly string[] | 'running';
  /** An id that does not exist yet is waited for; otherwise it is an error. */
  readonly awaitMissing?: boolean;
  /** Between the starts of two rounds, at least; 1000 by default. */
  readonly intervalMs?: number;
  /** Workflows asked at once; 10 by default. */
  readonly concurrency?: number;
  readonly signal?: AbortSignal;
}

/** A server that is silent for so long is unreachable; the client would retry for half a minute. */
const answerTimeoutMs = 3000;

/** Most questions for the progress of a closed workflow that no worker answers. */
const maximumUnanswered = 4;

/** One round's result. */
export interface StatusRound {
  /** In the order of the ids; what could not be asked this time is as it was last. */
  readonly statuses: readonly WorkflowStatus[];
  /** Ids that do not exist yet, with `awaitMissing`. */
  readonly missing: readonly string[];
  /** Since when the server has not answered. */
  readonly unreachableSince?: Date;
}

/**
 * Asks for statuses, a round at a time, until all are closed or the signal aborts. A closed
 * workflow is not asked again once it gave its last progress; a server that goes away is waited
 * for.
 *
 * @throws ClientError `not found` for an id that does not exist, unless `awaitMissing`.
 */
export async function* pollStatuses(
  client: Client,
  { ids, awaitMissing = false, intervalMs = 1000, concurrency = 10, signal }: PollOptions,
): AsyncGenerator<StatusRound> {
  const known = new Map<string, WorkflowStatus | undefined>();
  const unansweredById = new Map<string, number>();
  let unreachableSince: Date | undefined;
  const stop = signal ?? new AbortController().signal;
  const promptly = <T>(ask: () => Promise<T>): Promise<T> =>
    client.withAbortSignal(stop, () => client.withDeadline(Date.now() + answerTimeoutMs, ask));
  /** Whether a workflow is asked again after it closed, since no worker gave its last progress. */
  const hasMoreToTell = (id: string) => {
    const unanswered = unansweredById.get(id) ?? 0;
    return unanswered > 0 && unanswered < maximumUnanswered;
  };
  while (!stop.aborted) {
    const roundStartedMs = performance.now();
    try {
      for (const id of ids === 'running' ? await promptly(() => listRunning(client)) : ids) {
        if (!known.has(id)) known.set(id, undefined);
      }
      const open = [...known].filter(([id, status]) => !isClosed(status) || hasMoreToTell(id));
      const ask = async (id: string) => {
        const status = await promptly(() => workflowStatus(client, id)).catch((error: unknown) => {
          if (awaitMissing && isNotFound(error)) return undefined;
          throw error;
        });
        unansweredById.set(id, status?.progress ? 0 : (unansweredById.get(id) ?? 0) + 1);
        known.set(id, status && withLastProgress(status, known.get(id)));
      };
      await pMap(open, ([id]) => ask(id), { concurrency, signal: stop });
      unreachableSince = undefined;
    } catch (error) {
      if (stop.aborted) return;
      if (!isUnreachable(error)) throw error;
      unreachableSince ??= new Date();
    }
    const statuses = [...known.values()].filter((status) => status !== undefined);
    const missing = [...known].filter(([, status]) => !status).map(([id]) => id);
    yield { statuses, missing, ...(unreachableSince && { unreachableSince }) };
    const isDone = [...known].every(([id, status]) => isClosed(status) && !hasMoreToTell(id));
    if (!unreachableSince && isDone) return;
    const restMs = Math.max(0, intervalMs - (performance.now() - roundStartedMs));
    await sleep(restMs, undefined, { signal: stop }).catch(() => undefined);
  }
}

function isClosed(status: WorkflowStatus | undefined): boolean {
  return status !== undefined && status.status !== 'RUNNING' && status.status !== 'PAUSED';
}

/** A status without progress, because no worker answered, keeps the last progress of its run. */
function withLastProgress(status: WorkflowStatus, last: WorkflowStatus | undefined) {
  const progress = status.progress ?? (last?.runId === status.runId ? last.progress : undefined);
  return { ...status, ...(progress && { progress }) };
}
