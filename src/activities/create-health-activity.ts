import type { Ledger } from '../effects/once/ledger.ts';
import type { WorkerHealth } from '../wire/worker-health.ts';
import { withTypedFailures } from './create-ledger-activities.ts';

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
