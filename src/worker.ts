import { Runtime } from '@temporalio/worker';
import { createCallActivities } from './activities/create-activities.ts';
import { createJournalActivities } from './activities/create-journal-activities.ts';
import { createAttemptCall } from './calls/attempt-call.ts';
import { createAttemptLog } from './calls/attempt-log.ts';
import { recordGates } from './calls/gate/gate-metrics.ts';
import { gateSettingsFor } from './calls/gate/gate-settings.ts';
import { createGates, sameProviders } from './calls/gate/gates.ts';
import { createProviders } from './calls/provider/providers.ts';
import { type Config, InvalidConfiguration, loadConfig } from './config.ts';
import { PackageMissing } from './optional-package.ts';
import { orders } from './orders/declare-effects.ts';
import { taskQueuesOf } from './wire/task-queues.ts';
import { CannotStart } from './worker/cannot-start.ts';
import { combineAttemptLogs } from './worker/combine-attempt-logs.ts';
import { connectTemporal } from './worker/connect-temporal.ts';
import { createLogger } from './worker/create-logger.ts';
import { createWorkers } from './worker/create-workers.ts';
import { effectsFrom } from './worker/effects-from.ts';
import { installRuntime } from './worker/install-runtime.ts';
import { journalFrom } from './worker/journal-from.ts';
import { ledgerFrom } from './worker/ledger-from.ts';
import { postGates } from './worker/post-gates.ts';
import { registerSearchAttributes } from './worker/register-search-attributes.ts';

/** The composition root: configuration, connections, activities, workers; then it runs until a signal. */
async function main(config: Config): Promise<void> {
  const log = createLogger({ level: config.HOLDFAST_LOG_LEVEL });
  installRuntime(log, config.HOLDFAST_METRICS_ADDRESS);
  const ledger = await ledgerFrom(config);
  const { connection, address, namespace } = await connectTemporal();
  const journal = journalFrom(config, { log });
  const searchable = await registerSearchAttributes(connection, namespace);
  const attemptLog = combineAttemptLogs(createAttemptLog(log), journal.calls);
  const effects = effectsFrom(config, orders, { namespace, log, ledger, journal: journal.effects });
  const gates = createGates({
    settings: gateSettingsFor(config.HOLDFAST_CONCURRENT_CALLS),
    limits: config.rateLimits,
    sameAs: sameProviders(config.providers),
  });
  recordGates(Runtime.instance().metricMeter, gates);
  const stopPosting = postGates(gates, journal.gates);
  const workers = await createWorkers({
    connection,
    namespace,
    taskQueue: config.HOLDFAST_TASK_QUEUE,
    calls: createCallActivities({
      attemptCall: createAttemptCall({ providers: createProviders(config.providers), log }),
      attemptLog,
      gates,
      random: Math.random,
    }),
    effects: { ...effects.activities, ...createJournalActivities(journal) },
    concurrentCalls: config.HOLDFAST_CONCURRENT_CALLS,
    concurrentEffects: config.HOLDFAST_CONCURRENT_EFFECTS,
    shutdownGraceMs: config.HOLDFAST_SHUTDOWN_GRACE_MS,
  });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      log.info({ event: 'worker.draining', signal }, 'draining: running attempts finish first');
      gates.close();
      workers.shutdown();
    });
  }
  const queues = Object.values(taskQueuesOf(config.HOLDFAST_TASK_QUEUE)).join(', ');
  log.info(
    { event: 'worker.serving', address, namespace, searchable, ledger: effects.ledgerName },
    `serving ${queues} of ${namespace} at ${address}; models of ${config.providers.map(({ name }) => name).join(', ')}; ledger ${effects.ledgerName}`,
  );
  try {
    await workers.run();
  } finally {
    await stopPosting();
    await journal.close();
    await effects.close();
    await connection.close();
    log.info({ event: 'worker.stopped' }, 'stopped');
  }
}

try {
  await main(loadConfig());
} catch (error) {
  const explained = [InvalidConfiguration, CannotStart, PackageMissing];
  if (!explained.some((kind) => error instanceof kind)) throw error;
  console.error((error as Error).message);
  // Connections and timers that are open by now would keep the process from ending.
  process.exit(2);
}
