import { Runtime } from '@temporalio/worker';
import type { Logger } from 'pino';
import { type CallActivities, createCallActivities } from '../activities/create-activities.ts';
import { createHealthActivity } from '../activities/create-health-activity.ts';
import { createJournalActivities } from '../activities/create-journal-activities.ts';
import type { QueuesOf, RulesActivities } from '../activities/create-rules-activity.ts';
import { createForwardActivities, type ForwardActivities } from '../activities/end-forwarded.ts';
import type { BatchActivities } from '../activities/run-batch.ts';
import { type AppDefinition, shapesOf } from '../app/define-app.ts';
import { migrateApp } from '../app/migrate-app.ts';
import { createAttemptCall } from '../calls/attempt-call.ts';
import { createAttemptLog } from '../calls/attempt-log.ts';
import { awaitingResponses } from '../calls/forward/await-response.ts';
import { createForwardAttempt } from '../calls/forward/forward-attempt.ts';
import { forwardProviders } from '../calls/forward/forward-providers.ts';
import { withForwardedCalls } from '../calls/forward/forwarded-call.ts';
import { recordGates } from '../calls/gate/gate-metrics.ts';
import { gateSettingsFor } from '../calls/gate/gate-settings.ts';
import { createGates, inFlightByProvider, sameProviders } from '../calls/gate/gates.ts';
import { createProviders } from '../calls/provider/providers.ts';
import { scopesFor } from '../config/scope.ts';
import type { Config } from '../config.ts';
import type { Ledger } from '../effects/once/ledger.ts';
import { createSignedWebhook } from '../effects/targets/http/signed-webhook.ts';
import { batchesFrom } from './batches-from.ts';
import { combineAttemptLogs } from './combine-attempt-logs.ts';
import { effectsFrom } from './effects-from.ts';
import { exchangeGates } from './exchange-gates.ts';
import { forwardedFrom } from './forwarded-from.ts';
import { healthFrom } from './health-from.ts';
import { journalFrom } from './journal-from.ts';

/** An application's activities, with what they keep open. */
export interface OpenApp {
  readonly calls: CallActivities & ForwardActivities;
  /** Ranges of batches, which are served on a queue of their own. */
  readonly batches: Pick<BatchActivities, 'runRange'>;
  readonly effects: object;
  /** The local activities that workflows begin with. */
  readonly rules: RulesActivities;
  /** Sends back the calls that wait at a gate, for a worker that drains. */
  readonly drain: () => void;
  /** Closes ledger and journal, and takes the gates off the board. */
  readonly close: () => Promise<void>;
}

/** What an application is opened with, besides the configuration. */
export interface OpenAppDependencies {
  readonly namespace: string;
  readonly log: Logger;
  /** As configured (`ledgerFrom`); closed with the application. */
  readonly ledger: Ledger;
  /** Names of the project's workflows, where they are known. */
  readonly workflows?: readonly string[];
  /** Default: queues beside the one of workflows. */
  readonly queuesOf?: QueuesOf;
}

/**
 * Makes all activities of a worker: journal, gates and tables are opened as configured.
 *
 * @throws CannotStart
 */
export async function openApp(
  config: Config,
  app: AppDefinition,
  dependencies: OpenAppDependencies,
): Promise<OpenApp> {
  const { log, ledger, namespace, workflows } = dependencies;
  const { scope } = scopesFor(config, namespace);
  const journal = journalFrom(config, { log });
  const effects = effectsFrom(config, app, { ...dependencies, journal: journal.effects });
  const providers = createProviders(config.providers);
  const gates = createGates({
    resolves: providers.resolves,
    settings: gateSettingsFor(config.HOLDFAST_CONCURRENT_CALLS),
    limits: config.rateLimits,
    rates: journal.rates,
    maximumInFlight: inFlightByProvider(config.providers),
    sameAs: sameProviders(config.providers),
  });
  recordGates(Runtime.instance().metricMeter, gates);
  const stopExchange = await exchangeGates(gates, journal);
  await migrateApp(ledger, app);
  const forwarded = forwardedFrom(config);
  const attemptCall = createAttemptCall({ providers, scope, log });
  const send = awaitingResponses(
    createForwardAttempt({ resolve: forwardProviders(config.providers), log }),
  );
  const batches = batchesFrom(config, { gates, send, log: journal.calls });
  const { runRange, ...ofBatches } = batches.activities;
  return {
    calls: {
      ...createCallActivities({
        attemptCall: withForwardedCalls(attemptCall, { records: forwarded.records, send }),
        attemptLog: combineAttemptLogs(createAttemptLog(log), journal.calls),
        gates,
        questions: shapesOf(app),
        random: Math.random,
      }),
      ...createForwardActivities(forwarded.records, {
        ...{ records: forwarded.records, ledger, log, random: Math.random },
        ...{ ...scopesFor(config, namespace), journal: journal.effects },
        webhook: createSignedWebhook({
          webhookOf: forwarded.webhookOf,
          allowPrivate: config.HOLDFAST_ALLOW_PRIVATE_TARGETS,
        }),
      }),
      ...ofBatches,
    },
    batches: { runRange },
    effects: {
      ...effects.activities,
      ...createJournalActivities(journal),
      ...createHealthActivity(
        healthFrom(config, app, { namespace, ledger, ...(workflows && { workflows }) }),
      ),
    },
    rules: effects.rules,
    drain() {
      batches.drain();
      gates.close();
    },
    async close() {
      await batches.close();
      await stopExchange();
      await journal.close();
      await forwarded.close();
      await effects.close();
    },
  };
}
