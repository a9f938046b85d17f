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

/** What imports nothing of ours but each other. */
export const leaves = ['failures', 'policies', 'wire'];
export const callRooms = ['calls/provider', 'calls/classify', 'calls/gate'];

/** The ground floors: leaves, calls, database, effects, and what a project declares. */
export const roomsBelow: readonly Room[] = [
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
    rooms: [...leaves, 'calls/answers'],
    packages: ['@ai-sdk/*', 'node:'],
  },
  {
    name: 'calls/classify',
    holds: 'what an answer of a provider means, by the tables of its family',
    rooms: ['failures', 'policies', 'calls/answers', 'calls/provider'],
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
    packages: ['@ai-sdk/provider', 'pino'],
  },
  {
    name: 'calls/forward',
    holds: "a client's own request on its way: its bytes, what of the answer decides, one attempt",
    rooms: [...leaves, 'calls', ...callRooms],
    packages: ['eventsource-parser', 'pino', 'node:'],
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
    types: ['calls'],
    packages: ['kysely', 'node:'],
  },
  {
    name: 'batch/input',
    holds: 'a file of requests: read and checked, whole, before anything is sent',
    rooms: ['policies', 'wire', 'calls/forward'],
    packages: ['node:'],
  },
  {
    name: 'gateway/keys',
    holds: 'what the key of a client may use: its limits as data',
    rooms: ['policies'],
    packages: ['zod'],
  },
  {
    name: 'gateway/store',
    holds: 'records of forwarded requests, gateways that live, keys of clients',
    rooms: ['wire', 'policies', 'calls/forward', 'calls/provider', 'database', 'gateway/keys'],
    packages: ['kysely', 'node:'],
  },
  {
    name: 'batch/store',
    holds:
      "batches and their lines in the ledger's database, and how what happens to them is committed",
    rooms: ['wire', 'database', 'batch/input', 'gateway/keys', 'gateway/store'],
    packages: ['kysely'],
  },
  {
    name: 'batch/run',
    holds: 'the lines of a range, side by side, each until it has an end',
    rooms: [
      ...[...leaves, 'calls/answers', 'calls/forward', 'batch/input', 'batch/store'],
      'gateway/keys',
    ],
    packages: ['node:'],
  },
  {
    name: 'batch/output',
    holds: "files of results, in the shape of OpenAI's",
    rooms: ['batch/store'],
    packages: ['node:'],
  },
  {
    name: 'batch/files',
    holds: "files of clients, and batches as OpenAI's API shows them: made, read, ended",
    rooms: [
      ...['calls/forward', 'calls/provider', 'database', 'gateway/keys'],
      ...['batch/input', 'batch/output', 'batch/store'],
    ],
    packages: ['kysely'],
  },
  {
    name: 'batch/submit',
    holds: "lines at their provider's own Batch API: submitted once, collected by their names",
    rooms: [
      ...['policies', 'wire', 'calls/forward', 'calls/provider', 'database'],
      ...['batch/input', 'batch/store', 'batch/run'],
    ],
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
];
