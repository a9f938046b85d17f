// Run by tests as a process of its own: runs one effect for each id, so many times at once.
import { once } from 'node:events';
import type { DatabaseLocation } from '../../../src/database/open-database.ts';
import { openLedger } from '../../../src/effects/once/open-ledger.ts';
import { type RunOnceOptions, runOnce } from '../../../src/effects/once/run-once.ts';
import { createPostWebhook } from '../../../src/effects/targets/http/post-webhook.ts';
import { createCharge } from '../../../src/effects/targets/stripe/charge.ts';
import { createStripe } from '../../../src/effects/targets/stripe/stripe-client.ts';
import { isAttemptError } from '../../../src/failures/attempt-error.ts';

/** What the process is told, as JSON in its first argument. */
export interface EffectTask {
  readonly database: DatabaseLocation;
  /** Exactly one of the two targets. */
  readonly webhook?: { readonly url: string };
  readonly stripe?: { readonly secretKey: string; readonly baseUrl: string };
  readonly ids: readonly string[];
  readonly times: number;
  readonly options?: RunOnceOptions;
}

/** How one run ended: `done`, `replayed`, or the failure's type. */
export type RunEnd = string;

const task = JSON.parse(process.argv[2] ?? '{}') as EffectTask;
const ledger = await openLedger(task.database);

async function run(workflowId: string): Promise<RunEnd> {
  const place = { scope: 'test', workflowId };
  try {
    const { replayed } = task.stripe
      ? await runOnce(
          ledger,
          createCharge({ stripe: createStripe(task.stripe) }),
          place,
          {
            orderId: workflowId,
            customerId: 'cus_1',
            paymentMethod: 'pm_1',
            total: { amountMinor: 12000, currency: 'eur' },
          },
          task.options,
        )
      : await runOnce(
          ledger,
          createPostWebhook(task.webhook ?? { url: '' }),
          place,
          {
            event: 'order.paid',
            data: { workflowId },
          },
          task.options,
        );
    return replayed ? 'replayed' : 'done';
  } catch (error) {
    if (!isAttemptError(error)) throw error;
    return error.fields.type;
  }
}

console.log('ready');
// All processes of a test start at the same moment.
await once(process.stdin, 'data');
const runs = task.ids.flatMap((id) => Array.from({ length: task.times }, () => run(id)));
console.log(JSON.stringify(await Promise.all(runs)));
await ledger.close();
process.stdin.destroy();
