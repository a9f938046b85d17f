/** What a room of `src/` holds, and what its files may import; everything else is refused. */
export interface Room {
  /** The folder, or the file, below `src/`. */
  readonly name: string;
  /** Folders within it that are no rooms of their own: what holds for it holds for them. */
  readonly folders?: readonly string[];
  readonly holds: string;
  /** Rooms that stand above it in the table, so that no two rooms can import each other. */
  readonly rooms: readonly string[];
  /** Rooms of which it may import types only. */
  readonly types?: readonly string[];
  /** Packages; `node:` stands for all of Node's own modules. */
  readonly packages: readonly string[];
}

const leaves = ['failures', 'policies', 'wire'];
const callRooms = ['calls/provider', 'calls/classify', 'calls/gate'];
const temporalSandbox = ['@temporalio/workflow'];

/**
 * The house, from the foundation up. Types count as imports. Files of the leaves, `calls/answers`,
 * `durable`, `orders` and `workflows` load inside the workflow sandbox, where there is no Node:
 * `test/workflows/bundle.test.ts` holds the bundle against that list.
 */
export const rooms: readonly Room[] = [
  {
    name: 'failures',
    holds: 'the failure types, how failures are made and found, what a person does about them',
    rooms: [],
    packages: ['@temporalio/common', '@noble/hashes'],
  },
  {
    name: 'policies',
    holds: 'retry policies as data, and the arithmetic of attempts, delays, budgets and fallbacks',
    rooms: ['failures'],
    packages: ['leven', 'zod'],
  },
  {
    name: 'wire',
    holds: 'JSON-only types that cross between client, workflow and activity; ids and keys',
    rooms: ['failures', 'policies'],
    packages: ['@temporalio/common', '@noble/hashes', 'canonicalize'],
  },
  {
    name: 'servers',
    holds: "Temporal's servers on this machine: found, downloaded or built, and started",
    rooms: [],
    packages: [
      ...['execa', 'p-map', '@temporalio/client', '@temporalio/common', '@temporalio/testing'],
      'node:',
    ],
  },
  {
    name: 'calls/answers',
    holds: "reading a model's answer: mend, validate, fingerprint; what a repair asks",
    rooms: ['failures', 'wire'],
    packages: ['zod', 'ajv', 'ajv-formats', 're2js', 'piscina', 'node:'],
  },
  {
    name: 'calls/provider',
    folders: ['families'],
    holds: 'how providers are reached: the one exchange, and each family of them as one object',
    rooms: leaves,
    packages: ['@ai-sdk/*', 'node:'],
  },
  {
    name: 'calls/classify',
    holds: 'what an answer of a provider means, by the tables of its family',
    rooms: ['failures', 'policies', 'calls/provider'],
    packages: [],
  },
  {
    name: 'calls/gate',
    holds: 'where calls wait while a provider limits or is down',
    rooms: leaves,
    packages: ['zod', '@temporalio/common'],
  },
  {
    name: 'calls',
    holds: 'one attempt of a call, and its lines in the log',
    rooms: [...leaves, 'calls/provider', 'calls/classify'],
    packages: ['@ai-sdk/provider', 'lossless-json', 'pino'],
  },
  {
    name: 'optional-package.ts',
    holds: 'loading a package that only some users have installed',
    rooms: [],
    packages: ['node:'],
  },
  {
    name: 'database',
    holds: 'SQLite and PostgreSQL: opening, tables, migrations, what their errors mean',
    rooms: ['failures', 'optional-package.ts'],
    packages: ['kysely', 'pg', 'node:'],
  },
  {
    name: 'journal',
    holds: 'the record of every attempt, and of how the gates stand',
    rooms: [...leaves, 'database'],
    packages: ['kysely', 'node:'],
  },
  {
    name: 'effects/once',
    holds: 'what an effect is, and how it comes to be done once: ledger, claim, lease, replay',
    rooms: ['failures', 'wire', 'database'],
    packages: ['kysely', 'zod', 'node:'],
  },
  {
    name: 'effects/targets',
    folders: ['github', 'http', 'resend', 'stripe'],
    holds: 'Stripe, GitHub, Resend, any HTTP endpoint: what they do, and what their answers mean',
    rooms: [...leaves, 'optional-package.ts', 'effects/once'],
    packages: ['stripe', '@octokit/*', 'undici', 'ipaddr.js', 'zod', 'node:'],
  },
  {
    name: 'effects/operate',
    holds: 'what persons do with the ledger: resolve, reconcile, prune, restored backups',
    rooms: ['failures', 'wire', 'effects/once'],
    packages: ['node:'],
  },
  {
    name: 'app',
    holds: 'what a project declares: its questions, effects, policies, tables',
    rooms: ['policies', 'wire', 'calls/answers', 'database', 'effects/once', 'effects/targets'],
    packages: ['kysely', 'zod', 'node:'],
  },
  {
    name: 'app.ts',
    holds: 'the door for what a project declares',
    rooms: ['policies', 'wire', 'effects/targets', 'app'],
    packages: [],
  },
  {
    name: 'activities',
    holds: "Temporal's activities: wire in, wire out; heartbeat and cancellation",
    rooms: [
      ...leaves,
      ...['calls', 'calls/answers', 'calls/gate', 'database', 'journal'],
      ...['effects/once', 'effects/operate', 'app'],
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
    rooms: ['wire', 'durable'],
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
    rooms: ['wire', 'calls/provider', 'calls/gate'],
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
    name: 'cli',
    folders: ['commands', 'explain', 'up', 'watch'],
    holds: 'the commands that every workflow needs, and how they show things',
    rooms: [...leaves, 'servers', 'calls/answers', 'client', 'config', 'config.ts'],
    packages: [
      ...['commander', 'cli-table3', 'log-update', 'picocolors', 'wrap-ansi'],
      ...['@temporalio/client', 'execa', 'node:'],
    ],
  },
  {
    name: 'command.ts',
    holds: 'the door for a command of an application',
    rooms: ['wire', 'calls/answers', 'cli'],
    packages: [],
  },
  {
    name: 'worker',
    holds: 'what a worker is put together from',
    rooms: [
      ...['wire', 'calls', 'calls/provider', 'calls/gate', 'database', 'journal'],
      ...['effects/once', 'effects/targets', 'app', 'activities', 'durable', 'config', 'config.ts'],
      'optional-package.ts',
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
