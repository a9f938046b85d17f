import type { Logger } from 'pino';
import type { RequestStore } from '../store/request-store.ts';
import type { StoredRequest } from '../store/stored-request.ts';

/** What {@link createSweeper} needs. */
export interface SweeperOptions {
  readonly store: RequestStore;
  readonly goOn: (row: StoredRequest) => Promise<void>;
  readonly log: Logger;
}

/** A request is handed over and its workflow started at once: one that is older has perhaps none. */
const startedWithinMs = 5000;

/**
 * Makes the function that looks after the records of all gateways: what a dead one had begun goes on as
 * a workflow, also where the process died between the record and the start. Runs in gateways and workers.
 */
export function createSweeper({ store, goOn, log }: SweeperOptions) {
  const started = new Set<string>();

  return async function sweep(): Promise<void> {
    const taken = await store.takeOver();
    if (taken.length > 0) log.warn({ event: 'gateway.taken-over', requests: taken.length });
    const waiting = await store.running(startedWithinMs);
    for (const id of new Set([...taken, ...waiting.filter((each) => !started.has(each))])) {
      const row = await store.read(id);
      if (!row) continue;
      await goOn(row);
      started.add(id);
    }
    for (const id of started) if (!waiting.includes(id) && !taken.includes(id)) started.delete(id);
  };
}
