import { DefaultLogger, Runtime } from '@temporalio/worker';

/** What the SDK says about every task is not what a reader of test results looks for. Import it first. */
Runtime.install({
  logger: new DefaultLogger('ERROR'),
  telemetryOptions: { logging: { filter: 'OFF' } },
});
