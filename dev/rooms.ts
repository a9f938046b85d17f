import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Verdict } from './validate-compose.ts';

/** What a room of `src/` holds, and what its files may import; everything else is refused. */
export interface Room {
  /** The folder, or the file, below `src/`. A file belongs to the longest name that fits. */
  readonly name: string;
  readonly holds: string;
  /** Rooms that stand above it in the table, so that no two rooms can import each other. */
  readonly rooms: readonly string[];
  /** Packages; `node:` stands for all of Node's own modules. */
  readonly packages: readonly string[];
}

const leaves = ['failures', 'policies', 'wire'];
const callRooms = ['calls/provider', 'calls/classify', 'calls/gate'];
const temporalSandbox = ['@temporalio/workflow'];

/**
 * The house, from the foundation up. Types count as imports. The first six rooms load inside the
 * workflow sandbox: none of them may have Node or a package that needs it.
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
    packages: ['zod'],
  },
  {
    name: 'wire',
    holds: 'JSON-only types that cross between client, workflow and activity; ids and keys',
    rooms: ['failures', 'policies'],
    packages: ['@temporalio/common', '@noble/hashes', 'canonicalize'],
  },
  {
    name: 'calls/answers',
    holds: "reading a model's answer: mend, validate, fingerprint; what a repair asks",
    rooms: ['failures', 'wire'],
    packages: ['zod', 'jsonrepair'],
  },
  {
    name: 'calls/provider',
    holds: 'how providers are reached: SDKs, requests, schemas in their dialects, the one exchange',
    rooms: leaves,
    packages: ['@ai-sdk/*', 'node:'],
  },
  {
    name: 'calls/classify',
    holds: 'what an answer of a provider means: the tables, by family',
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
    packages: ['ai', 'pino'],
  },
  {
    name: 'database',
    holds: 'SQLite and PostgreSQL: opening, tables, migrations, what their errors mean',
    rooms: ['failures'],
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
    holds: 'Stripe, GitHub, Resend, any HTTP endpoint: what they do, and what their answers mean',
    rooms: [...leaves, 'effects/once'],
    packages: ['stripe', '@octokit/*', 'undici', 'ipaddr.js', 'zod', 'node:'],
  },
  {
    name: 'effects/operate',
    holds: 'what persons do with the ledger: resolve, reconcile, prune, restored backups',
    rooms: ['failures', 'wire', 'effects/once'],
    packages: [],
  },
  {
    name: 'activities',
    holds: "Temporal's activities: wire in, wire out; heartbeat and cancellation",
    rooms: [
      ...leaves,
      ...['calls', 'calls/gate', 'database', 'journal', 'effects/once', 'effects/operate'],
    ],
    packages: ['@temporalio/activity', '@temporalio/client', '@temporalio/common', 'pino', 'zod'],
  },
  {
    name: 'durable',
    holds: "the library's own workflow steps: ask, run effects, park; and its workflows",
    rooms: [...leaves, 'calls/answers', 'activities'],
    packages: temporalSandbox,
  },
  {
    name: 'client',
    holds: 'the client library: start, status, watch, resume, explain',
    rooms: [...leaves, 'durable'],
    packages: [
      ...['@temporalio/client', '@temporalio/common', '@temporalio/envconfig', 'p-map', 'node:'],
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
    rooms: ['calls/gate', 'config'],
    packages: ['zod', 'node:'],
  },
  {
    name: 'middleware',
    holds: 'classifier and gate for other code that calls models through the AI SDK',
    rooms: [...leaves, ...callRooms, 'activities'],
    packages: ['ai', '@ai-sdk/provider', '@temporalio/activity'],
  },
  {
    name: 'cli',
    holds: 'the commands that every workflow needs, and how they show things',
    rooms: [...leaves, 'calls/answers', 'client', 'config.ts'],
    packages: [
      ...['commander', 'cli-table3', 'log-update', 'picocolors', 'wrap-ansi', 'node:'],
      '@temporalio/client',
    ],
  },
  {
    name: 'orders',
    holds: 'the application of orders: shapes, question, review, money, effects, approval',
    rooms: [
      ...leaves,
      ...['calls/answers', 'database', 'effects/once', 'effects/targets', 'activities'],
      ...['durable', 'client'],
    ],
    packages: [...temporalSandbox, '@temporalio/client', 'kysely', 'zod'],
  },
  {
    name: 'orders/commands',
    holds: 'what orders add to the command: `start order` and `approve`',
    rooms: ['wire', 'client', 'config', 'cli', 'orders'],
    packages: [],
  },
  {
    name: 'workflows',
    holds: 'what a worker serves: the story of an order, and the workflows of the library',
    rooms: ['durable', 'orders'],
    packages: temporalSandbox,
  },
  {
    name: 'worker',
    holds: 'what a worker is put together from',
    rooms: [
      ...['wire', 'calls', 'calls/gate', 'database', 'journal', 'effects/once', 'effects/targets'],
      ...['activities', 'config', 'config.ts'],
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
    holds: 'the composition root: the worker process of the application',
    rooms: [
      ...['wire', 'calls', 'calls/provider', 'calls/gate', 'activities', 'config.ts', 'orders'],
      'worker',
    ],
    packages: ['@temporalio/worker'],
  },
  {
    name: 'holdfast.ts',
    holds: "the command `holdfast`: the library's commands and those of the application",
    rooms: ['cli', 'orders/commands'],
    packages: [],
  },
];

/**
 * Holds every import below `src/` against the table, types included. What the table allows and no
 * file uses is a failure too: it would allow it unseen.
 *
 * @param root the folder that has `src/`.
 */
export function checkRooms(root: string, table: readonly Room[] = rooms): Verdict {
  const problems: string[] = [...tableProblems(table)];
  const unused = new Set(
    table.flatMap(({ name, rooms, packages }) => permits(name, rooms, packages)),
  );
  for (const file of globSync('**/*.ts', { cwd: path.join(root, 'src') }).sort()) {
    const room = roomOf(file, table);
    if (room === undefined) {
      problems.push(`src/${file} is in no room of the table in dev/rooms.ts`);
      continue;
    }
    for (const specifier of importsOf(readFileSync(path.join(root, 'src', file), 'utf8'))) {
      const wanted = wantedBy(file, specifier, table);
      if (wanted === room.name) continue;
      const permit = permitFor(room, wanted);
      if (permit === undefined)
        problems.push(`src/${file} imports ${specifier}: ${room.name} may not`);
      else unused.delete(`${room.name} may import ${permit}`);
    }
  }
  problems.push(...[...unused].map((permit) => `dev/rooms.ts: ${permit}, and does not`));
  return { state: problems.length === 0 ? 'ok' : 'FAILED', detail: problems.join('\n') };
}

function permits(name: string, rooms: readonly string[], packages: readonly string[]): string[] {
  return [...rooms, ...packages].map((each) => `${name} may import ${each}`);
}

/** A room may import only what stands above it. */
function tableProblems(table: readonly Room[]): string[] {
  const above = new Set<string>();
  return table.flatMap(({ name, rooms }) => {
    const wrong = rooms.filter((each) => !above.has(each));
    above.add(name);
    return wrong.map((each) => `dev/rooms.ts: ${each} does not stand above ${name}`);
  });
}

function roomOf(file: string, table: readonly Room[]): Room | undefined {
  return table
    .filter(({ name }) => file === name || file.startsWith(`${name}/`))
    .toSorted((one, other) => other.name.length - one.name.length)[0];
}

/** Every module that a source text names: static, dynamic and type imports, and re-exports. */
function importsOf(text: string): string[] {
  const pattern = /(?:^|[\s;}])(?:from|import)\s*\(?\s*'([^']+)'/g;
  const code = text.replace(/\/\*[\s\S]*?\*\//g, '');
  return [...code.matchAll(pattern)].flatMap(([, specifier]) => specifier ?? []);
}

/** The room that an import leads to, or its package. */
function wantedBy(file: string, specifier: string, table: readonly Room[]): string {
  if (specifier.startsWith('node:')) return 'node:';
  if (!specifier.startsWith('.')) {
    return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
  }
  const target = path.posix.join(path.posix.dirname(file), specifier);
  return roomOf(target, table)?.name ?? target;
}

function permitFor({ rooms, packages }: Room, wanted: string): string | undefined {
  return [...rooms, ...packages].find(
    (each) => each === wanted || (each.endsWith('/*') && wanted.startsWith(each.slice(0, -1))),
  );
}
