import { Runtime } from '@temporalio/worker';
import type { Logger } from 'pino';
import { createCallActivities } from '../activities/create-activities.ts';
import {
  createHealthActivity,
  createJournalActivities,
} from '../activities/create-journal-activities.ts';
import type { QueuesOf } from '../activities/create-rules-activity.ts';
import { createForwardActivities } from '../activities/end-forwarded.ts';
import { type AppDefinition, shapesOf } from '../app/define-app.ts';
import { migrateApp } from '../app/migrate-app.ts';
import { createAttemptCall } from '../calls/attempt-call.ts';
import { type AttemptLog, createAttemptLog } from '../calls/attempt-log.ts';
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
import { effectsFrom } from './effects-from.ts';
import { exchangeGates } from './exchange-gates.ts';
import { forwardedFrom } from './forwarded-from.ts';
import { healthFrom } from './health-from.ts';
import { journalFrom } from './ledger-from.ts';

/** An application's activities, with what they keep open. */
export type OpenApp = Awaited<ReturnType<typeof openApp>>;

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
) {
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
    /** Ranges of batches, which are served on a queue of their own. */
    batches: { runRange },
    effects: {
      ...effects.activities,
      ...createJournalActivities(journal),
      ...createHealthActivity(
        healthFrom(config, app, { namespace, ledger, ...(workflows && { workflows }) }),
      ),
    },
    /** The local activities that workflows begin with. */
    rules: effects.rules,
    /** Sends back the calls that wait at a gate, for a worker that drains. */
    drain() {
      batches.drain();
      gates.close();
    },
    /** Closes ledger and journal, and takes the gates off the board. */
    async close() {
      await batches.close();
      await stopExchange();
      await journal.close();
      await forwarded.close();
      await effects.close();
    },
  };
}

/** Tells several logs of what happens to attempts, in this order. */
export function combineAttemptLogs(...logs: readonly AttemptLog[]): AttemptLog {
  return {
    start(attempt) {
      const entries = logs.map((log) => log.start(attempt));
      return {
        sent: () => {
          for (const entry of entries) entry.sent();
        },
        finished: (answer) => {
          for (const entry of entries) entry.finished(answer);
        },
        failed: (fields, decision) => {
          for (const entry of entries) entry.failed(fields, decision);
        },
        interrupted: () => {
          for (const entry of entries) entry.interrupted();
        },
      };
    },
    deferred(attempt, delayMs) {
      for (const log of logs) log.deferred(attempt, delayMs);
    },
  };
}
