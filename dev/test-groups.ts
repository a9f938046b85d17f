import { globSync } from 'node:fs';
import path from 'node:path';

/**
 * Where test files start nothing and change nothing of their process, so that they run in one
 * together: each alone would load again, for a tenth of a second of work, what all of them need.
 */
const small = [
  'test/activities/',
  'test/calls/answers/',
  'test/calls/gate/',
  'test/cli/explain/',
  'test/cli/printable',
  'test/cli/render-',
  'test/cli/watch/',
  'test/client/client-error',
  'test/client/pending-attempts',
  'test/client/read-request',
  'test/dev/demo/check-outside',
  'test/dev/demo/worker-log',
  'test/dev/histories/',
  'test/dev/rooms',
  'test/dev/sandbox/',
  'test/docs/',
  'test/effects/operate/',
  'test/effects/targets/',
  'test/failures/',
  'test/orders/',
  'test/policies/',
  'test/wire/',
];

/** Those among them that need a process of their own, or take long. */
const apart = [
  'test/calls/answers/judge.test.ts',
  'test/calls/gate/gate-metrics.test.ts',
  'test/dev/sandbox/github.test.ts',
  'test/dev/sandbox/model-provider.test.ts',
  'test/dev/sandbox/stripe.test.ts',
  'test/docs/deploy.test.ts',
  'test/effects/targets/target-fetch.test.ts',
  'test/orders/orders-of-before.test.ts',
];

/**
 * Those that share a server and what a process loads to serve its workflows, two seconds of work for
 * each file alone. They follow each other, so that each group takes as long as a few large files.
 */
const sharingServer: Readonly<Record<string, readonly string[]>> = {
  calls: [
    'test/durable/budget.test.ts',
    'test/durable/call-properties.test.ts',
    'test/durable/fallback.test.ts',
    'test/durable/gate.test.ts',
    'test/durable/repair-loop.test.ts',
    'test/durable/sizes.test.ts',
    'test/durable/transport-retries.test.ts',
  ],
  parks: [
    'test/durable/database-troubles.test.ts',
    'test/durable/doubt-has-an-exit.test.ts',
    'test/durable/parallel-parks.test.ts',
    'test/durable/park-resume.test.ts',
    'test/durable/resolve-unknown.test.ts',
    'test/durable/swallowed-cancellation.test.ts',
  ],
  orders: [
    'test/durable/broken-deploy.test.ts',
    'test/durable/elapsed-budget.test.ts',
    'test/durable/heartbeats.test.ts',
    'test/durable/same-id-again.test.ts',
    'test/orders/approvals.test.ts',
    'test/workflows/process-order.test.ts',
  ],
};

/** The group of a test file, a path relative to the project, which runs in one process with others. */
export function groupOf(file: string): string | undefined {
  const sharing = Object.entries(sharingServer).find(([, files]) => files.includes(file));
  if (sharing) return sharing[0];
  return small.some((start) => file.startsWith(start)) && !apart.includes(file)
    ? 'small'
    : undefined;
}

/** All test files; those of the package have a command of their own. */
export function allTestFiles(): string[] {
  const cwd = path.dirname(import.meta.dirname);
  return globSync('test/**/*.test.ts', { cwd, exclude: ['test/package/**'] });
}
