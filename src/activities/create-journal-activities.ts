import { isDatabaseError } from '../database/classify-database.ts';
import type { Ledger } from '../effects/once/ledger.ts';
import { createFailure } from '../failures/create-failure.ts';
import type { Journal } from '../journal/journal.ts';
import type { HoldRequest, ProvidersView } from '../wire/provider-gate.ts';
import { maximumAttemptsRead, type RecordedAttempt } from '../wire/recorded-attempt.ts';
import type { WorkerHealth } from '../wire/worker-health.ts';
import { withTypedFailures } from './create-ledger-activities.ts';
import { unexpectedFailure } from './unexpected-error.ts';

/** What persons read of the journal, as activities: the command line itself never opens it. */
export function createJournalActivities({
  read,
  gates,
  holds,
}: Pick<Journal, 'read' | 'gates' | 'holds'>) {
  return {
    /** The latest attempts of a workflow's calls and effects, oldest first. */
    readAttempts: (workflowId: string): Promise<RecordedAttempt[]> =>
      answered(() => read(workflowId, maximumAttemptsRead)),
    /** What persons hold, and how the gates of all workers stand. */
    readGates: (): Promise<ProvidersView> =>
      answered(async () => ({ holds: await holds.read(), gates: await gates.read() })),
    holdProvider: (request: HoldRequest): Promise<void> => answered(() => holds.hold(request)),
    /** @returns whether a person held it. */
    releaseProvider: (target: string): Promise<boolean> => answered(() => holds.release(target)),
  };
}

/** What workflows know of them, by `import type` only. */
export type JournalActivities = ReturnType<typeof createJournalActivities>;

async function answered<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!isDatabaseError(error)) throw unexpectedFailure(error);
    throw createFailure('ConnectionFailed', 'the database of the journal does not answer');
  }
}

/** What a worker says of itself, besides what it reads when it is asked. */
export interface HealthDependencies
  extends Pick<WorkerHealth, 'keys' | 'missingKeys' | 'scopes' | 'workflows'> {
  readonly ledger: Pick<Ledger, 'id' | 'name' | 'nowMs'>;
}

/** How a worker is, as an activity: its keys and its database are known to it alone. */
export function createHealthActivity({ ledger, ...known }: HealthDependencies) {
  return {
    readHealth: (): Promise<WorkerHealth> =>
      withTypedFailures(async () => ({
        ...known,
        node: process.versions.node,
        ledger: { id: ledger.id, name: ledger.name },
        databaseNowMs: await ledger.nowMs(),
        nowMs: Date.now(),
      })),
  };
}

/** What workflows know of it, by `import type` only. */
export type HealthActivity = ReturnType<typeof createHealthActivity>;
