import { callRooms, leaves, type Room, roomsBelow } from './rooms-below.ts';

export type { Room } from './rooms-below.ts';

const temporalSandbox = ['@temporalio/workflow'];

/**
 * The house, from the foundation up. Types count as imports. Files of the leaves, `calls/answers`,
 * `durable`, `orders` and `workflows` load inside the workflow sandbox, where there is no Node:
 * `test/workflows/bundle.test.ts` holds the bundle against that list.
 */
export const rooms: readonly Room[] = [
  ...roomsBelow,
  {
    name: 'activities',
    holds: "Temporal's activities: wire in, wire out; heartbeat and cancellation",
    rooms: [
      ...leaves,
      ...['calls', 'calls/answers', 'calls/gate', 'database', 'journal'],
      ...[
        'effects/once',
        'effects/operate',
        'app',
        'batch/files',
        'batch/run',
        'batch/store',
        'batch/submit',
      ],
    ],
    packages: ['@temporalio/activity', '@temporalio/client', '@temporalio/common', 'pino'],
  },
  {
    name: 'durable',
    holds: "the library's own workflow steps: ask, run effects, park; and its workflows",
    rooms: [...leaves, 'calls/answers'],
    types: ['app', 'activities'],
    packages: [...temporalSandbox, 'zod'],
  },
  {
    name: 'workflow.ts',
    holds: 'the door for workflows; loads inside the sandbox',
    rooms: ['failures', 'wire', 'durable'],
    packages: [],
  },
  {
    name: 'client',
    holds: 'the client library: start, status, watch, resume, explain',
    rooms: [...leaves, 'durable'],
    packages: [
      '@temporalio/client',
      '@temporalio/common',
      '@temporalio/envconfig',
      'p-map',
      'zod',
      'node:',
    ],
  },
  {
    name: 'client.ts',
    holds: 'the door to the client library',
    rooms: [...leaves, 'client'],
    packages: [],
  },
  {
    name: 'config',
    holds: 'the environment and the providers file, checked',
    rooms: ['policies', 'wire', 'calls/provider', 'calls/gate'],
    packages: ['zod', 'node:'],
  },
  {
    name: 'config.ts',
    holds: 'the only reader of `process.env`',
    rooms: ['policies', 'calls/gate', 'config'],
    packages: ['zod', 'node:'],
  },
  {
    name: 'middleware',
    holds: 'classifier and gate for other code that calls models through the AI SDK',
    rooms: [...leaves, ...callRooms, 'activities'],
    packages: ['ai', '@ai-sdk/provider', '@temporalio/activity'],
  },
  {
    name: 'ai-sdk.ts',
    holds: 'the door for code that calls models through the AI SDK',
    rooms: ['calls/gate', 'middleware'],
    packages: [],
  },
  {
    name: 'worker',
    holds: 'what a worker is put together from',
    rooms: [
      ...[
        'failures',
        'wire',
        'calls',
        'calls/provider',
        'calls/gate',
        'calls/forward',
        'database',
        'journal',
      ],
      ...['effects/once', 'effects/targets', 'app', 'activities', 'durable', 'config', 'config.ts'],
      ...['optional-package.ts', 'gateway/keys', 'gateway/store', 'batch/files'],
      ...['batch/run', 'batch/store', 'batch/submit'],
    ],
    packages: [
      '@temporalio/worker',
      '@temporalio/client',
      '@temporalio/envconfig',
      'pino',
      'node:',
    ],
  },
  {
    name: 'gateway',
    folders: ['answer', 'files', 'incoming', 'responses', 'run'],
    holds: 'where existing clients point at: routes, once, streams, errors, budgets of keys',
    rooms: [
      ...[...leaves, 'calls', 'calls/provider', 'calls/gate', 'calls/forward', 'database'],
      ...['journal', 'durable', 'client', 'config', 'config.ts', 'gateway/keys', 'gateway/store'],
      ...['worker', 'batch/files', 'batch/input', 'batch/output', 'batch/store'],
    ],
    packages: [
      ...['hono', '@hono/node-server', '@fastify/busboy', '@temporalio/client', 'pino'],
      'node:',
    ],
  },
  {
    name: 'gateway.ts',
    holds: 'the door for processes that serve the gateway',
    rooms: ['gateway'],
    packages: [],
  },
  {
    name: 'cli',
    folders: ['batch', 'commands', 'doctor', 'explain', 'up', 'watch'],
    holds: 'the commands that every workflow needs, and how they show things',
    rooms: [
      ...[...leaves, 'servers', 'calls/answers', 'client', 'config', 'config.ts'],
      ...['database', 'gateway', 'gateway/keys', 'gateway/store'],
      ...['batch/input', 'batch/output', 'batch/store'],
    ],
    packages: [
      ...['commander', 'cli-table3', 'log-update', 'picocolors', 'wrap-ansi'],
      ...['@temporalio/client', '@temporalio/common', 'execa', 'node:'],
    ],
  },
  {
    name: 'command.ts',
    holds: 'the door for a command of an application',
    rooms: ['wire', 'calls/answers', 'cli'],
    packages: [],
  },
  {
    name: 'worker.ts',
    holds: 'the door for worker processes',
    rooms: ['worker'],
    packages: [],
  },
  {
    name: 'serve-file.ts',
    holds: "the worker of `holdfast up`, for a file of the user's",
    rooms: ['app.ts', 'worker.ts'],
    packages: ['node:'],
  },
  {
    name: 'testing',
    holds: "a world for tests of a project's workflows: skipped time, a scripted model, doubles",
    rooms: [
      ...[...leaves, 'calls', 'effects/once', 'app', 'activities', 'client'],
      ...['config.ts', 'optional-package.ts', 'servers', 'worker'],
    ],
    packages: [
      ...['@temporalio/testing', '@temporalio/worker', '@temporalio/client'],
      ...['@temporalio/common', 'node:'],
    ],
  },
  {
    name: 'testing.ts',
    holds: "the door for tests of a project's workflows",
    rooms: ['testing'],
    packages: [],
  },
  {
    name: 'orders',
    holds: 'the application of orders: shapes, question, review, money, effects, approval',
    rooms: ['wire', 'app.ts', 'workflow.ts', 'client.ts'],
    packages: ['@temporalio/client', 'zod'],
  },
  {
    name: 'orders/commands',
    holds: 'what orders add to the command: `start order` and `approve`',
    rooms: ['wire', 'client.ts', 'command.ts', 'orders'],
    packages: [],
  },
  {
    name: 'workflows',
    holds: 'what a worker serves: the story of an order, and the workflows of the library',
    rooms: ['durable', 'workflow.ts', 'orders'],
    packages: [],
  },
  {
    name: 'serve-orders.ts',
    holds: 'the worker process of the application of orders',
    rooms: ['worker.ts', 'orders'],
    packages: ['node:'],
  },
  {
    name: 'holdfast.ts',
    holds: "the command `holdfast`: the library's commands and those of the application",
    rooms: ['cli', 'orders/commands'],
    packages: [],
  },
];
