import '../support/quiet-runtime.ts';
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http2';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, test } from 'node:test';
import { execa } from 'execa';
import { pino } from 'pino';
import { loadConfig } from '../../src/config.ts';
import { ledgerProblem } from '../../src/database/ledger-problem.ts';
import { connectionProblem, connectTemporal } from '../../src/worker/connect-temporal.ts';
import { journalFrom, ledgerFrom } from '../../src/worker/ledger-from.ts';

const root = path.join(import.meta.dirname, '..', '..');
const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-no-start-'));
const inFolder = (name: string) => path.join(folder, name);

/** gRPC's status codes. */
const ok = 0;
const notFound = 5;
const unauthenticated = 16;

/** Answers as a Temporal server does, as far as a worker gets before it starts. */
const grpc = (statusOf: (method: string) => number) =>
  createServer().on('stream', (stream, { ':path': method = '' }) => {
    stream.respond({ 'content-type': 'application/grpc' }, { waitForTrailers: true });
    const status = statusOf(method);
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': status }));
    // An empty message: not compressed, no bytes.
    stream.end(status === ok ? Buffer.alloc(5) : undefined);
  });
const strict = grpc(() => unauthenticated);
const empty = grpc((method) => (method.endsWith('/DescribeNamespace') ? notFound : ok));
const taken = createTcpServer();
const servers = [strict, empty, taken];
let strictAt = '';
let emptyAt = '';
let takenAt = '';

before(async () => {
  [strictAt = '', emptyAt = '', takenAt = ''] = await Promise.all(
    servers.map(async (server) => {
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return `127.0.0.1:${(server.address() as AddressInfo).port}`;
    }),
  );
  writeFileSync(inFolder('text.db'), 'this is no database, whatever its name says'.repeat(50));
  mkdirSync(inFolder('folder.db'));
  const foreign = new DatabaseSync(inFolder('foreign.db'));
  foreign.exec('create table holdfast_effect (id integer)');
  foreign.close();
});
after(() => {
  for (const server of servers) server.close();
  rmSync(folder, { recursive: true });
});

test('the worker says why in one sentence, without a stack trace, and ends with 2', async () => {
  const postgres = await startWorker({
    DATABASE_URL: 'postgres://ada:secret@127.0.0.1:1/shop',
  });
  assert.equal(
    postgres.stderr,
    'DATABASE_URL: no PostgreSQL answers at postgres://127.0.0.1:1/shop (ECONNREFUSED); start it, or correct it',
  );
  const key = await startWorker({
    TEMPORAL_ADDRESS: strictAt,
    TEMPORAL_API_KEY: 'revoked',
    TEMPORAL_TLS: 'false',
  });
  assert.equal(
    key.stderr,
    `TEMPORAL_API_KEY: the Temporal server at ${strictAt} refuses it; set a key that is valid for the namespace`,
  );
  const metrics = await startWorker({ HOLDFAST_METRICS_ADDRESS: takenAt });
  assert.equal(
    metrics.stderr,
    `HOLDFAST_METRICS_ADDRESS: another program serves ${takenAt} already; name a free port`,
  );
  assert.deepEqual([postgres.exitCode, key.exitCode, metrics.exitCode], [2, 2, 2]);
});

test('variables of its effects are told with all other mistakes', async () => {
  const wrong = { HOLDFAST_CONCURRENT_CALLS: 'many', MAX_AUTO_CHARGE: '1,000' };
  const { stderr, exitCode } = await startWorker(wrong);
  assert.equal(
    stderr,
    `The configuration has mistakes:
  - HOLDFAST_CONCURRENT_CALLS: Invalid input: expected number, received NaN
  - MAX_AUTO_CHARGE: must name amounts with their currencies, as 500 EUR, 550.00 USD (for the effect save)`,
  );
  assert.equal(exitCode, 2);
});

describe('a SQLite file that cannot be the ledger', () => {
  const rows: readonly (readonly [what: string, file: string, says: string])[] = [
    ['no database', 'text.db', 'is not a SQLite database; name another file'],
    [
      'a folder',
      'folder.db',
      'can be neither opened nor made (SQLITE_14); name a file in a folder that the user who runs this may write',
    ],
    [
      'in a folder that is a file',
      'text.db/ledger.db',
      'can be neither opened nor made (EEXIST); name a file in a folder that the user who runs this may write',
    ],
    [
      'of another program',
      'foreign.db',
      "has tables of Holdfast's names that are not Holdfast's; name another file",
    ],
  ];
  for (const [what, file, says] of rows) {
    test(what, () =>
      assert.rejects(ledgerFrom({ HOLDFAST_LEDGER: inFolder(file), DATABASE_URL: undefined }), {
        name: 'CannotStart',
        message: `HOLDFAST_LEDGER: ${inFolder(file)} ${says}`,
      }),
    );
  }
});

test('a folder that the journal cannot be kept in', () => {
  const config = loadConfig({
    HOLDFAST_LEDGER: inFolder('ledger.db'),
    HOLDFAST_JOURNAL: inFolder('text.db/journal'),
  });
  assert.throws(() => journalFrom(config, { log: pino({ enabled: false }) }), {
    name: 'CannotStart',
    message: `HOLDFAST_JOURNAL: attempts cannot be kept in ${inFolder('text.db/journal')} (ENOTDIR); name a folder that the worker's user may write`,
  });
});

describe('a PostgreSQL that cannot be the ledger', () => {
  const url = 'postgres://ada:secret@db.example/shop';
  // biome-ignore format: a table is read by its columns
  const rows: readonly (readonly [error: object, says: string])[] = [
    [{ message: 'the package pg is not installed: run `npm install pg`' }, 'postgres://db.example/shop needs the package pg; run `npm install pg`'],
    [{ code: '28P01' }, 'postgres://db.example/shop refuses the user or the password; correct it'],
    [{ code: '3D000' }, 'postgres://db.example/shop does not exist on that server; create the database, or correct it'],
    [{ code: '42501' }, 'the user may not make tables in postgres://db.example/shop; grant it CREATE on its schema'],
    [{ code: '25006' }, 'postgres://db.example/shop is read-only; name the primary server'],
    [{ code: '42P07' }, "postgres://db.example/shop has tables of Holdfast's names that are not Holdfast's (42P07); name another database"],
    [{ code: 'ENOTFOUND' }, 'no PostgreSQL answers at postgres://db.example/shop (ENOTFOUND); start it, or correct it'],
    [{ message: 'The server does not support SSL connections' }, 'postgres://db.example/shop and who asks it do not agree on TLS; correct sslmode in it'],
    [{ code: '53300' }, 'postgres://db.example/shop cannot be used as it is (53300); see to the server, or name another one'],
  ];
  for (const [thrown, says] of rows) {
    test(JSON.stringify(thrown), () => {
      const error = Object.assign(new Error('as the driver says it'), thrown);
      assert.equal(ledgerProblem(error, url, '').message, `DATABASE_URL: ${says}`);
    });
  }
});

describe('a Temporal server that cannot be used', () => {
  const refused = async (env: Record<string, string>, message: string) =>
    assert.rejects(connectTemporal(env), { name: 'CannotStart', message });

  test('none', () =>
    refused(
      { TEMPORAL_ADDRESS: '127.0.0.1:1' },
      'TEMPORAL_ADDRESS: no Temporal server answers at 127.0.0.1:1; start one (`npx holdfast up` does, with a worker), or correct the address',
    ));
  test('no TLS', () =>
    refused(
      { TEMPORAL_ADDRESS: emptyAt, TEMPORAL_TLS: 'true' },
      `TEMPORAL_TLS: what answers at ${emptyAt} does not speak TLS; set it to false, or correct TEMPORAL_ADDRESS`,
    ));
  test('no such namespace', () =>
    refused(
      { TEMPORAL_ADDRESS: emptyAt, TEMPORAL_NAMESPACE: 'shop' },
      `TEMPORAL_NAMESPACE: the Temporal server at ${emptyAt} has no namespace "shop"; create it, or correct the name`,
    ));
  test('a certificate that cannot be read', () =>
    refused(
      { TEMPORAL_TLS_CLIENT_CERT_PATH: '/none.pem' },
      "TEMPORAL_TLS_CLIENT_CERT_PATH, TEMPORAL_TLS_CLIENT_KEY_PATH, TEMPORAL_TLS_SERVER_CA_CERT_PATH or TEMPORAL_CONFIG_FILE: ENOENT: no such file or directory, open '/none.pem'; name a file that can be read",
    ));
  test('a profile that is not there', () =>
    refused(
      { TEMPORAL_PROFILE: 'shop', HOME: folder },
      "TEMPORAL_PROFILE: Profile 'shop' not found in config data; name one that the configuration file has",
    ));

  // What the SDK says where a certificate of an authority would be needed to see it.
  // biome-ignore format: a table is read by its columns
  const rows: readonly (readonly [message: string, variable: string])[] = [
    ['tonic::transport::Error(Transport, ConnectError(Custom { kind: InvalidData, error: InvalidCertificate(UnknownIssuer) }))', 'TEMPORAL_TLS_SERVER_CA_CERT_PATH'],
    ['tonic::transport::Error(Transport, ConnectError(Custom { kind: InvalidData, error: InvalidCertificate(NotValidForName) }))', 'TEMPORAL_TLS_SERVER_NAME'],
    ['tonic::transport::Error(Transport, PrivateKeyParseError)', 'TEMPORAL_TLS_CLIENT_CERT_PATH'],
    ["Failed to call GetSystemInfo: code: 'Unknown error', message: \"transport error\", source: tonic::transport::Error(Transport, hyper::Error(Io, Custom { kind: BrokenPipe, error: \"stream closed because of a broken pipe\" }))", 'TEMPORAL_TLS'],
    ["Failed to call GetSystemInfo: code: 'The caller does not have permission to execute the specified operation', message: \"denied\"", 'TEMPORAL_API_KEY'],
    ["Failed to call GetSystemInfo: code: 'The operation was cancelled', message: \"Timeout expired\", source: tonic::transport::Error(Transport, TimeoutExpired(()))", 'TEMPORAL_ADDRESS'],
  ];
  for (const [message, variable] of rows) {
    test(`${variable}: ${message.slice(-60)}`, () => {
      const problem = connectionProblem(new Error(message), 'temporal.example:7233').message;
      assert.equal(problem.slice(0, problem.indexOf(':')), variable);
      assert.match(problem, /temporal\.example:7233.*; (set|name|start) [^;]+$/);
    });
  }
});

/** The real worker, with nothing of our environment, until it ends by itself. */
function startWorker(env: Record<string, string>) {
  const { PATH = '', NODE_COMPILE_CACHE = '' } = process.env;
  const own = { PATH, NODE_COMPILE_CACHE, HOME: folder, HOLDFAST_LEDGER: inFolder('ledger.db') };
  const node = path.join(root, 'node_modules', '.bin', 'node');
  return execa(node, [path.join(root, 'src', 'serve-orders.ts')], {
    reject: false,
    cwd: folder,
    env: { ...own, ...env },
    extendEnv: false,
    timeout: 30_000,
  });
}
