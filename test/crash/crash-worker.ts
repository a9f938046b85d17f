// A worker for the crash matrix: the real workers, activities, effects and ledger, with points
// between them at which it stands still until the harness has killed what it kills.
import { NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { createSettleActivity } from '../../src/activities/create-ledger-activities.ts';
import { createEffectActivity } from '../../src/activities/run-effect.ts';
import type { Effect } from '../../src/effects/once/effect.ts';
import type { Ledger } from '../../src/effects/once/ledger.ts';
import { openLedger } from '../../src/effects/once/open-ledger.ts';
import { createOctokit } from '../../src/effects/targets/github/github-client.ts';
import { createPostWebhook } from '../../src/effects/targets/http/post-webhook.ts';
import { createSendEmail } from '../../src/effects/targets/resend/send-email.ts';
import { createCharge } from '../../src/effects/targets/stripe/charge.ts';
import { createStripe } from '../../src/effects/targets/stripe/stripe-client.ts';
import type { SettleRequest } from '../../src/wire/effect-call.ts';
import { createLogger } from '../../src/worker/create-logger.ts';
import { createWorkers } from '../../src/worker/create-workers.ts';
import { temporalLogger } from '../../src/worker/install-runtime.ts';
import { createOpenTicket, createSaveOrder, withOrderTable } from '../support/order-effects.ts';
import {
  breakingActivity,
  breakingLedger,
  breakingOutside,
  breakingTransaction,
} from './break-here.ts';
import { remoteBreakpoints } from './breakpoints.ts';
import {
  cellsQueue,
  realQueue,
  saveAt,
  scope,
  settingsVariable,
  type WorkerSettings,
} from './worker-settings.ts';

const settings = JSON.parse(process.env[settingsVariable] ?? '{}') as WorkerSettings;
const { address, namespace } = settings.temporal;
const reach = remoteBreakpoints(settings.breakpoints);
const log = createLogger({ level: 'info' });
Runtime.install({ logger: temporalLogger(log), shutdownSignals: [] });

const open = async (location: Parameters<typeof openLedger>[0]) =>
  breakingLedger(await withOrderTable(await openLedger(location)), reach);

const activityOf = <Input, Result>(ledger: Ledger, effect: Effect<Input, Result>) =>
  breakingActivity(
    createEffectActivity(effect, { ledger, scope, log, random: Math.random }),
    reach,
  );

async function saveActivity(location: Parameters<typeof openLedger>[0]) {
  const ledger = await open(location);
  const limits = [{ amountMinor: 50_000, currency: 'eur' }];
  const save = createSaveOrder({ ledger, limits });
  return { ledger, save, activity: activityOf(ledger, breakingTransaction(save, reach)) };
}

const ledger = await open(settings.ledger);
const charge = createCharge({ stripe: createStripe(settings.stripe) });
const ticket = createOpenTicket({
  octokit: createOctokit(settings.github),
  repository: settings.github.repository,
  markerSecret: 'of the crash matrix',
  onTwinClosed: (twin) => log.warn({ event: 'effect.twin-closed', ...twin }),
});
const email = createSendEmail(settings.resend);
const webhook = createPostWebhook(settings.webhook);
const outside = { charge, ticket, email, webhook } as const;
/** How a workflow that ends settles an effect, in the ledger that is the effect's. */
const settlers = new Map<string, ReturnType<typeof createSettleActivity>>();
const settledIn = (name: string, effect: object, of: Ledger) =>
  settlers.set(name, createSettleActivity({ [name]: effect }, { ledger: of, log }));
const activities: Record<string, (request: never) => Promise<unknown>> = {
  charge: activityOf(ledger, breakingOutside(charge, reach)),
  ticket: activityOf(ledger, breakingOutside(ticket, reach)),
  email: activityOf(ledger, breakingOutside(email, reach)),
  webhook: activityOf(ledger, breakingOutside(webhook, reach)),
  settleEffect: async (request: SettleRequest) =>
    settlers.get(request.effect)?.settleEffect(request),
};
for (const [name, effect] of Object.entries(outside)) settledIn(name, effect, ledger);
for (const [point, location] of Object.entries(settings.saves)) {
  const { activity, save, ledger: own } = await saveActivity(location);
  const name = saveAt(point);
  activities[name] = activity;
  settledIn(name, save, own);
}

const connection = await NativeConnection.connect({ address });
const workers = await createWorkers({
  connection,
  namespace,
  taskQueue: realQueue,
  effects: activities as never,
  concurrentEffects: 100,
});
const cells = await Worker.create({
  connection,
  namespace,
  taskQueue: cellsQueue,
  workflowBundle: { codePath: settings.bundle },
  stickyQueueScheduleToStartTimeout: '1s',
});
log.info({ event: 'worker.serving' });
await Promise.all([workers.run(), cells.run()]);
