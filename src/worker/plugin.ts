import type { WorkerPlugin } from '@temporalio/worker';
import { type AppDefinition, InvalidApp } from '../app/define-app.ts';
import { scopesServed } from '../config/scope.ts';
import { loadConfig } from '../config.ts';
import { oneQueueFor } from '../wire/task-queues.ts';
import { assertOneLedger } from './assert-one-ledger.ts';
import { workerDefaults } from './create-workers.ts';
import { loggerFrom } from './health-from.ts';
import { ledgerFrom, ledgerVariable } from './ledger-from.ts';
import { type OpenApp, openApp } from './open-app.ts';
import { registerSearchAttributes } from './register-search-attributes.ts';
import { preloadModules } from './workflow-bundle.ts';

/** What the plugin adds to a worker. */
export interface PluginOptions {
  readonly app: AppDefinition;
}

/**
 * Adds Holdfast to one worker that exists already: everything on the worker's own queue, configured by
 * the environment as `serve` is. Its options and activities stay as they are. No plugin brings
 * workflows: their file says `export * from 'holdfast/workflows'`.
 *
 * Ledger and journal are opened when the worker is created, and closed when it has stopped.
 *
 * @throws InvalidConfiguration; `Worker.create` rejects with `InvalidApp` or `CannotStart`.
 */
export function holdfastPlugin({ app }: PluginOptions): WorkerPlugin {
  const config = loadConfig(undefined, app.effects);
  const log = loggerFrom(config, app);
  let opened: OpenApp | undefined;
  return {
    name: 'holdfast',
    async configureWorker(options) {
      if (opened) throw new InvalidApp('a plugin of Holdfast serves one worker; make another one');
      const { connection, namespace = 'default', activities: own = {}, bundlerOptions } = options;
      const ledger = await ledgerFrom(config);
      if (connection) {
        const scopes = scopesServed(config, namespace);
        const variable = ledgerVariable(config);
        await assertOneLedger({ connection, namespace, scopes, ledger, variable });
      }
      opened = await openApp(config, app, { namespace, log, ledger, queuesOf: oneQueueFor });
      const activities = { ...opened.rules, ...opened.calls, ...opened.batches, ...opened.effects };
      const clash = Object.keys(own).find((name) => Object.hasOwn(activities, name));
      if (clash !== undefined) {
        await opened.close();
        throw new InvalidApp(
          `the activity ${clash} of this worker has the name of one of Holdfast's; give it another`,
        );
      }
      if (connection) await registerSearchAttributes(connection, namespace);
      return {
        ...workerDefaults,
        shutdownGraceTime: config.HOLDFAST_SHUTDOWN_GRACE_MS,
        ...(!options.tuner && {
          maxConcurrentActivityTaskExecutions:
            config.HOLDFAST_CONCURRENT_CALLS + config.HOLDFAST_CONCURRENT_EFFECTS,
        }),
        ...options,
        // A bundle that is made before says itself what it preloads.
        ...(!options.workflowBundle && {
          bundlerOptions: {
            ...bundlerOptions,
            preloadModules: [...preloadModules, ...(bundlerOptions?.preloadModules ?? [])],
          },
        }),
        activities: { ...own, ...activities },
      };
    },
    async runWorker(worker, next) {
      const { namespace, taskQueue } = worker.options;
      log.info({ event: 'worker.serving', namespace }, `serving ${taskQueue} of ${namespace}`);
      // The SDK tells no plugin that a shutdown has begun.
      const watch = setInterval(() => {
        if (worker.getState() !== 'RUNNING') opened?.drain();
      }, watchEveryMs);
      try {
        await next(worker);
      } finally {
        clearInterval(watch);
        await opened?.close();
        log.info({ event: 'worker.stopped' }, 'stopped');
      }
    },
  };
}

const watchEveryMs = 200;
