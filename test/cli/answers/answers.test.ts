import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { demoFiles } from '../../../dev/demo/worker-environment.ts';
import { startWorker } from '../../../dev/demo/worker-process.ts';
import { type DevServer, startDevServer } from '../../../dev/servers/index.ts';
import type { Json, JsonObject } from '../../../src/wire/json.ts';
import { runHoldfast } from '../run-holdfast.ts';
import { type Reply, startReplyServer } from './reply-server.ts';

/** An answer from a public report, and what the command is to make of it. */
interface Row {
  readonly id: string;
  readonly family: string;
  readonly source: string;
  readonly schema?: JsonObject;
  readonly replies: readonly Reply[];
  readonly expect: {
    readonly answer?: Json;
    /** The failure's type, where it fails. */
    readonly type?: string;
    /** It fails, with whatever type. */
    readonly fails?: true;
    readonly requests?: number;
    /** Between the first two requests. */
    readonly delayAtLeastMs?: number;
  };
}

const rows: readonly Row[] = readFileSync(path.join(import.meta.dirname, 'answers.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line));

const cleanups = new AsyncDisposableStack();
after(() => cleanups.disposeAsync());
const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-answers-'));
cleanups.defer(() => rmSync(folder, { recursive: true }));
const providersFile = path.join(folder, 'providers.json');
let replies: Awaited<ReturnType<typeof startReplyServer>>;
let server: DevServer;

before(async () => {
  replies = await startReplyServer((id) => rows.find((row) => row.id === id)?.replies ?? []);
  cleanups.defer(() => replies.stop());
  // Each row has a provider of its own, and so a gate of its own.
  const providers = rows.map(({ id, family }) => {
    const baseUrl = replies.baseUrlOf(id);
    return { name: id, family, baseUrl, apiKeyVariable: 'ANY_KEY' };
  });
  writeFileSync(providersFile, JSON.stringify(providers));
  server = await startDevServer({ isHeadless: true });
  cleanups.defer(() => server.stop());
  const files = demoFiles(folder);
  // Of the library's own workflows: it loads no more than they need.
  const program = path.join(import.meta.dirname, '../../../src/serve-file.ts');
  const env = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    TEMPORAL_ADDRESS: server.address,
    HOLDFAST_PROVIDERS: providersFile,
    HOLDFAST_LEDGER: path.join(folder, 'ledger.db'),
    ANY_KEY: 'sk-test',
  };
  const worker = await startWorker(
    { env: env as Record<string, string>, cwd: folder, logFile: files.workerLog, program },
    () => {},
  );
  cleanups.defer(() => worker.stop());
});

async function complete({ id, schema }: Row) {
  const schemaFile = path.join(folder, `${id}.json`);
  if (schema) writeFileSync(schemaFile, JSON.stringify(schema));
  return runHoldfast(
    [
      ...['start', 'complete', 'Say it', '--id', id, '--model', `${id}:served-model`],
      ...['--wait', '--json', ...(schema ? ['--schema', schemaFile] : [])],
      ...['--set', 'model.initialIntervalMs=20', '--set', 'model.maximumIntervalMs=100'],
    ],
    { env: { TEMPORAL_ADDRESS: server.address, HOLDFAST_PROVIDERS: providersFile } },
  );
}

describe('each reported answer, through the command and a worker', { concurrency: 6 }, () => {
  for (const row of rows) {
    const { answer, type, fails, requests, delayAtLeastMs } = row.expect;
    test(`${row.id} -> ${fails ? 'a failure' : (type ?? 'an answer')}`, async () => {
      const { exitCode, stdout, stderr } = await complete(row);
      const arrivals = replies.arrivalsOf(row.id);
      if (answer !== undefined) {
        assert.equal(exitCode, 0, stderr);
        assert.deepEqual(JSON.parse(stdout).result.value, answer);
      } else {
        assert.deepEqual([exitCode, stdout], [1, '']);
        const { kind } = JSON.parse(stderr.slice(stderr.indexOf('{"'))).error;
        if (type === undefined) assert.match(kind, /^[A-Z][A-Za-z]+$/);
        else assert.equal(kind, type);
      }
      if (requests !== undefined) assert.equal(arrivals.length, requests, 'requests');
      const [first = 0, second = 0] = arrivals;
      if (delayAtLeastMs !== undefined) assert.ok(second - first >= delayAtLeastMs);
    });
  }
});

test('every row has its source', () => {
  assert.equal(rows.length, 49);
  for (const { id, source } of rows) assert.ok(source.length > 0, id);
});
