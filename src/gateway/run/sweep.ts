import type { Logger } from 'pino';
import type { RequestStore } from '../store/request-store.ts';
import type { StoredRequest } from '../store/stored-request.ts';

/** What {@link createSweeper} needs. */
export interface SweeperOptions {
  readonly store: Pick<RequestStore, 'takeOver' | 'running' | 'read'>;
  readonly goOn: (row: StoredRequest) => Promise<void>;
  readonly log: Logger;
  readonly now?: () => number;
}

/** A request is handed over and its workflow started at once: one that is older has perhaps none. */
const startedWithinMs = 5000;

/** Without a look for so long, the database was away, or this process stood still: so may have others. */
const longestGapMs = 3000;
/** By then each gateway that lives has renewed its lease. */
const renewedWithinMs = 3000;

/**
 * Makes the function that looks after the records of all gateways: what a dead one had begun goes on as
 * a workflow, also where the process died between the record and the start. Runs in gateways.
 */
export function createSweeper({ store, goOn, log, now = Date.now }: SweeperOptions) {
  const started = new Set<string>();
  let lookedAtMs = now();
  let quietUntilMs = 0;

  return async function sweep(): Promise<void> {
    // Leases that lapsed meanwhile say nothing of their gateways, this one included.
    if (now() - lookedAtMs > longestGapMs) quietUntilMs = now() + renewedWithinMs;
    const taken = now() < quietUntilMs ? [] : await store.takeOver();
    if (taken.length > 0) log.warn({ event: 'gateway.taken-over', requests: taken.length });
    const waiting = await store.running(startedWithinMs);
    for (const id of new Set([...taken, ...waiting.filter((each) => !started.has(each))])) {
      const row = await store.read(id);
      if (!row) continue;
      await goOn(row);
      started.add(id);
    }
    for (const id of started) if (!waiting.includes(id) && !taken.includes(id)) started.delete(id);
    lookedAtMs = now();
  };
}
