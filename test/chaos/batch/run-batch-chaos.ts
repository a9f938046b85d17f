import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { startDevServer } from '../../../src/servers/dev-server.ts';
import { freePort } from '../../../src/servers/free-port.ts';
import { startServerProcess } from '../../../src/servers/server-process.ts';
import { seededRandom } from '../seeded.ts';
import { startFaultyProvider } from './faulty-provider.ts';

/** What is killed, and when: as soon as the provider has got so many requests. */
export interface Kill {
  readonly atRequest: number;
  readonly what: 'worker' | 'client' | 'server';
  readonly forMs: number;
}

const root = path.join(import.meta.dirname, '..', '..', '..');

/** Kills over a whole run, as a seed says. */
export function killsOf(seed: number, kills: number, messages: number): Kill[] {
  const random = seededRandom(seed);
  const victims = ['worker', 'client', 'server'] as const;
  return Array.from({ length: kills }, (_, nth) => ({
    atRequest: Math.round(((nth + random()) / kills) * messages * 0.95) + 5,
    // Each of them early, whatever the seed.
    what: victims[nth < 3 ? nth : Math.floor(random() * 3)] ?? 'worker',
    forMs: Math.round(100 + 900 * random()),
  }));
}

/**
 * Runs a batch of these messages through a faulty provider, while worker, client and server are killed.
 * What was paid is counted at the provider, and what came out in the files.
 *
 * @returns the account, and everything that is wrong.
 */
export async function runBatchChaos(
  seed: number,
  messages: readonly string[],
  kills: readonly Kill[],
  say: (line: string) => void,
) {
  const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-batch-chaos-'));
  const provider = await startFaultyProvider(seed);
  const at = (name: string) => path.join(folder, name);
  const rows = messages.map((text, index) => JSON.stringify({ id: `m-${index + 1}`, text }));
  writeFileSync(at('messages.jsonl'), `${rows.join('\n')}\n`);
  writeFileSync(at('schema.json'), JSON.stringify(schema));
  const entry = { name: 'faulty', family: 'openai-compatible', maximumInFlight: 40 };
  writeFileSync(at('providers.json'), JSON.stringify([{ ...entry, baseUrl: provider.baseUrl }]));
  const ports = { port: await freePort(), uiPort: await freePort() };
  const startServer = () =>
    startDevServer({ ...ports, isHeadless: true, dbFilename: at('temporal.db') });
  let server = await startServer();
  const env = {
    PATH: process.env.PATH ?? '',
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? '',
    HOME: folder,
    TEMPORAL_ADDRESS: server.address,
    HOLDFAST_PROVIDERS: at('providers.json'),
    HOLDFAST_LEDGER: at('ledger.db'),
  };
  const startWorker = () =>
    startServerProcess(process.execPath, [path.join(root, 'src', 'serve-file.ts')], {
      ...{ env, extendEnv: false, cwd: folder },
    });
  let worker = await startWorker();
  const startClient = () =>
    execa(process.execPath, [path.join(root, 'src', 'holdfast.ts'), ...command], {
      ...{ env, extendEnv: false, cwd: folder, reject: false },
    });
  let client = startClient();
  let isOver = false;
  const killing = (async () => {
    for (const { atRequest, what, forMs } of kills) {
      while (!isOver && provider.requests() < atRequest) await sleep(5);
      if (isOver) return say(`not killed: ${what} at request ${atRequest}`);
      say(`kill ${what} at request ${provider.requests()}, for ${forMs} ms`);
      if (what === 'client') client.kill('SIGKILL');
      if (what === 'worker') await worker.stop('SIGKILL');
      if (what === 'server') await server.stop('SIGKILL');
      await sleep(forMs);
      if (what === 'worker') worker = await startWorker();
      if (what === 'server') server = await startServer();
    }
  })();
  try {
    let account: Account | undefined;
    while (!account) {
      const { exitCode, stdout, stderr } = await client;
      // Without a server the client ends; killed, it has no exit code.
      if (exitCode === 0 || exitCode === 1) account = JSON.parse(stdout.split('\n').at(-1) ?? '');
      else {
        if (exitCode !== undefined && exitCode !== 3) throw new Error(`${exitCode}: ${stderr}`);
        await sleep(500);
        client = startClient();
      }
    }
    isOver = true;
    await killing;
    return judge(account);
  } finally {
    isOver = true;
    client.kill('SIGKILL');
    await killing.catch(() => {});
    await worker.stop('SIGKILL');
    await server.stop('SIGKILL');
    provider.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }

  function judge(account: Account) {
    const wrong: string[] = [];
    const ids = readFileSync(at('out/output.jsonl'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Result);
    const expected = messages.map((text, index) => [`m-${index + 1}`, text.length] as const);
    const got = ids.map(({ custom_id, response }) => [
      custom_id,
      JSON.parse(response.body.choices[0].message.content).length,
    ]);
    if (JSON.stringify(got) !== JSON.stringify(expected)) {
      wrong.push(`${got.length} of ${expected.length} lines are out, or not these in this order`);
    }
    const errors = readFileSync(at('out/errors.jsonl'), 'utf8');
    if (errors !== '') wrong.push(`errors: ${errors.slice(0, 500)}`);
    let [good, repairs, retries] = [0, 0, 0];
    const database = new DatabaseSync(at('ledger.db'), { readOnly: true });
    const lines = database
      .prepare('select custom_id, attempts, possibly_billed from holdfast_batch_line')
      .all() as unknown as readonly LineRow[];
    database.close();
    const byId = new Map(lines.map((line) => [line.custom_id, line]));
    for (const [index, text] of messages.entries()) {
      const served = provider.served.get(promptOf(text));
      const line = byId.get(`m-${index + 1}`);
      if (!served || !line) {
        wrong.push(`m-${index + 1} was never asked`);
        continue;
      }
      good += served.good;
      repairs += served.wrongShape;
      retries += served.faults;
      const requests = served.good + served.wrongShape + served.faults;
      // An intent that was committed may not have left; a request without an intent may not exist.
      if (requests > line.attempts) wrong.push(`m-${index + 1}: ${requests} of ${line.attempts}`);
      if (served.good > 1 + line.possibly_billed) {
        wrong.push(`m-${index + 1} was paid ${served.good} times`);
      }
    }
    const paidAgain = good - messages.length;
    if (provider.requests() !== messages.length + retries + repairs + paidAgain) {
      wrong.push('requests at the provider do not add up');
    }
    if (paidAgain > account.possiblyBilled) {
      wrong.push(`${paidAgain} paid again, ${account.possiblyBilled} told`);
    }
    return {
      ...{ wrong, lines: got.length, requests: provider.requests(), retries, repairs, paidAgain },
      ...{ intents: account.attempts, possiblyBilled: account.possiblyBilled },
    };
  }
}

interface Account {
  readonly attempts: number;
  readonly possiblyBilled: number;
}

interface Result {
  readonly custom_id: string;
  readonly response: { readonly body: { readonly choices: [{ message: { content: string } }] } };
}

interface LineRow {
  readonly custom_id: string;
  readonly attempts: number;
  readonly possibly_billed: number;
}

const promptOf = (text: string) => text;
const schema = {
  type: 'object',
  properties: { length: { type: 'integer' } },
  required: ['length'],
  additionalProperties: false,
};
const command = [
  ...['batch', 'run', 'messages.jsonl', '--out', 'out', '--json', '--model', 'faulty:m'],
  ...['--prompt', '{{text}}', '--schema', 'schema.json', '--concurrency', '64'],
  ...['--set', 'model.initialIntervalMs=100', '--set', 'model.maximumIntervalMs=1000'],
  ...['--set', 'model.maximumAttempts=20', '--set', 'model.maximumRepairs=5'],
];
