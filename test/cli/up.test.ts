import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import { execa } from 'execa';
import { type ModelProvider, startModelProvider } from '../../dev/sandbox/model-provider.ts';
import { findProgram } from '../../src/servers/find-program.ts';
import { freePort } from '../../src/servers/free-port.ts';
import { temporalCli } from '../../src/servers/temporal-cli.ts';
import { commandLines } from '../docs/command-lines.ts';
import { fencedBlocks, readPage } from '../docs/pages.ts';
import { until } from '../support/until.ts';
import { runHoldfast, startHoldfast } from './run-holdfast.ts';

const root = path.join(import.meta.dirname, '..', '..');
const blocks = fencedBlocks(readPage('README.md'), 'sh');
const quickStart = blocks.find((block) => block.includes('OPENAI_BASE_URL')) ?? '';
const [ask = []] = commandLines(blocks.find((block) => block.includes('--id hello-1')) ?? '');
let model: ModelProvider;
let env: Record<string, string>;

before(async () => {
  model = await startModelProvider({
    validKeys: ['sk-up'],
    knownModels: ['gpt-4o-mini'],
    answer: () => 'Hello!',
  });
  env = {
    HOLDFAST_TEMPORAL_CLI: await findProgram(temporalCli),
    OPENAI_BASE_URL: model.baseUrl,
    OPENAI_API_KEY: 'sk-up',
    CRM_URL: 'http://crm.test',
    // What a shell says of another server must not lead the worker there.
    TEMPORAL_ADDRESS: '127.0.0.1:1',
    TEMPORAL_API_KEY: 'of-another-server',
  };
});
after(() => model?.stop());

const newFolder = () => mkdtempSync(path.join(tmpdir(), 'holdfast-up-'));
/** Where the command lines run that need no process of their own: one process has one folder. */
const folder = newFolder();
after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 }));

/** `holdfast up` in a folder, by default of its own, with what it printed so far. */
async function startUp(t: TestContext, args: readonly string[] = [], cwd = newFolder()) {
  // Nor what a file of variables says of another server.
  writeFileSync(path.join(cwd, '.env'), 'TEMPORAL_API_KEY=of-another-server\n');
  const [port, uiPort] = [await freePort(), await freePort()];
  const ports = ['--port', String(port), '--ui-port', String(uiPort)];
  const gateway = `127.0.0.1:${await freePort()}`;
  const up = startHoldfast(['up', ...ports, ...args], {
    cwd,
    env: { ...env, HOLDFAST_GATEWAY_ADDRESS: gateway },
    timeoutMs: 100_000,
  });
  let ended: string | undefined;
  void up.then(({ stderr }) => {
    ended = stderr;
  });
  let printed = '';
  up.stdout?.on('data', (text) => {
    printed += text;
  });
  t.after(async () => {
    up.kill('SIGKILL');
    await up;
    if (cwd === folder) return;
    rmSync(cwd, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  });
  const events = () => eventsIn(printed);
  const serving = () =>
    until(async () => {
      if (ended !== undefined) throw new Error(`up ended: ${ended}`);
      return events().find(({ event }) => event === 'up.serving');
    });
  return { up, cwd, port, uiPort, gateway, events, serving };
}

const eventsIn = (printed: string) =>
  printed
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));

/** Whether nothing answers there any more. */
const isGone = (port: number) =>
  fetch(`http://127.0.0.1:${port}`).then(
    () => undefined,
    () => true,
  );

test('one command serves: a call is answered, Ctrl-C ends all; the next up, of an app file, has it still', async (t) => {
  const { up, cwd, port, uiPort, gateway, events, serving } = await startUp(t, [], folder);
  const address = `127.0.0.1:${port}`;
  assert.deepEqual(await serving(), {
    event: 'up.serving',
    address,
    ui: `http://127.0.0.1:${uiPort}`,
    data: '.holdfast',
    workflows: ['complete'],
    gateway: `http://${gateway}`,
  });
  // The README's quick start to the letter, but for the port.
  const [start = '', ...others] = quickStart.split('\n');
  assert.match(start, /^npx holdfast up /);
  const { stdout: throughGateway } = await execa(
    'sh',
    ['-ec', others.join('\n').replace('127.0.0.1:8484', gateway)],
    {
      env: { PATH: process.env.PATH },
      extendEnv: false,
      stdin: 'ignore',
    },
  );
  assert.match(throughGateway, /"content":"Hello!"/);
  const client = { cwd, env: { TEMPORAL_ADDRESS: address, HOLDFAST_ENV_FILE: '' } };
  const asked = await runHoldfast(ask, client);
  assert.equal(asked.stdout, 'Hello!', asked.stderr);
  // In its folder nobody has to say where it is.
  const here = { cwd, env: { HOLDFAST_ENV_FILE: '' } };
  assert.equal((await runHoldfast(['result', 'hello-1'], here)).stdout, 'Hello!');
  const keyless = ['start', 'complete', 'Hi', '--id', 'k-1', '--model', 'anthropic:claude'];
  const { exitCode: refused, stderr: why } = await runHoldfast([...keyless, '--wait'], here);
  assert.equal(refused, 1);
  assert.match(why, /by anthropic \(ANTHROPIC_API_KEY is not set for this worker\)/);
  // A provider of which this worker has not heard: it is tried, and the reason is told all the while.
  writeFileSync(path.join(cwd, 'mine.json'), '[{"name":"mine","baseUrl":"http://127.0.0.1:9/v1"}]');
  const known = { cwd, env: { ...here.env, HOLDFAST_PROVIDERS: 'mine.json' } };
  await runHoldfast(['start', 'complete', 'Hi', '--id', 'h-4', '--model', 'mine:m'], known);
  const held = await until(async () => {
    const { stdout } = await runHoldfast(['status', 'h-4'], here);
    return /^ {2}held +(.*?), for /m.exec(stdout)?.[1];
  });
  assert.equal(
    held,
    'complete: mine:m waits: this worker has no provider mine, only openai, openai-responses, anthropic, google, ollama; name it in HOLDFAST_PROVIDERS and start the worker again',
  );
  const slip = ['start', 'compelte', '--input', '{}', '--id', 'h-2'];
  const misspelt = await runHoldfast(slip, here);
  assert.deepEqual(
    [misspelt.exitCode, misspelt.stderr],
    [2, 'holdfast: the worker of holdfast has no workflow compelte; did you mean complete?'],
  );
  assert.equal((await runHoldfast(['status', 'h-2'], here)).exitCode, 4);
  // One that is like none may be deployed later.
  const later = await runHoldfast(['start', 'refund', '--input', '{}', '--id', 'h-3'], here);
  assert.deepEqual([later.exitCode, later.stdout], [0, 'h-3']);
  const ui = await fetch(`http://127.0.0.1:${uiPort}`);
  assert.equal(ui.status, 200);

  const second = await runHoldfast(['up', '--port', String(port + 1)], { cwd, env });
  assert.deepEqual(
    [second.exitCode, second.stderr],
    [
      2,
      'holdfast: `holdfast up` runs in this folder already, and has .holdfast; use that one, or end it with Ctrl-C first',
    ],
  );
  up.kill('SIGINT');
  const { exitCode } = await up;
  assert.equal(exitCode, 130);
  const stopped = events().filter(({ event = '' }) => event.endsWith('.stopped'));
  assert.deepEqual(stopped.map(({ event }) => event).sort(), ['gateway.stopped', 'worker.stopped']);
  await until(() => isGone(port));

  const ports = ['--port', String(port), '--ui-port', String(uiPort)];
  const app = path.join(root, 'test/app/triage/app.ts');
  const again = startHoldfast(['up', ...ports, '--worker', app], {
    cwd,
    env: { ...env, OPENAI_API_KEY: 'none', HOLDFAST_GATEWAY_ADDRESS: gateway },
    timeoutMs: 100_000,
  });
  t.after(() => again.kill('SIGKILL'));
  let printed = '';
  again.stdout?.on('data', (text) => {
    printed += text;
  });
  const result = await until(async () => {
    const { stdout } = await runHoldfast(['result', 'hello-1'], client);
    return stdout || undefined;
  });
  assert.equal(result, 'Hello!');
  // A gateway that dies takes the others with it, in order.
  const [, pid] = await until(
    async () => /"pid":(\d+),"event":"gateway.serving"/.exec(printed) ?? undefined,
  );
  // The workflows beside the app file are served.
  const { workflows } = await until(async () =>
    eventsIn(printed).find(({ event }) => event === 'up.serving'),
  );
  assert.deepEqual(workflows, ['triage', 'complete']);
  process.kill(Number(pid), 'SIGKILL');
  const ended = await again;
  assert.deepEqual(
    [ended.exitCode, ended.stderr],
    [3, 'holdfast: the gateway ended by itself; why, it says above. --no-gateway leaves it out'],
  );
  assert.match(printed, /"event":"worker.stopped"/);
  await until(() => isGone(port));
});

test('interrupted while it starts, it ends', async (t) => {
  const { up, cwd, port } = await startUp(t);
  await until(async () => existsSync(path.join(cwd, '.holdfast/temporal.db')) || undefined);
  up.kill('SIGINT');
  const { exitCode, stderr } = await up;
  assert.deepEqual([exitCode, stderr], [130, '']);
  await until(() => isGone(port));
});

test('killed, it leaves no process', async (t) => {
  const cwd = newFolder();
  const workerPort = await freePort();
  const worker = `
    import { createServer } from 'node:http';
    createServer((_, response) => response.end()).listen(${workerPort}, '127.0.0.1', () => {
      console.log('{"event":"worker.serving","workflows":[]}');
    });`;
  writeFileSync(path.join(cwd, 'worker.mjs'), worker);
  const { up, port, serving } = await startUp(t, ['--no-gateway'], cwd);
  await serving();
  assert.equal(await isGone(workerPort), undefined);
  up.kill('SIGKILL');
  await up;
  await until(() => isGone(port));
  await until(() => isGone(workerPort));
});

test('what is wrong is said in a sentence', async (t) => {
  const cwd = folder;
  const gateway = { HOLDFAST_GATEWAY_ADDRESS: `127.0.0.1:${await freePort()}` };
  const run = async (args: string[], more = {}) => {
    const { exitCode, stderr } = await runHoldfast(['up', ...args], {
      cwd,
      env: { ...env, ...gateway, ...more },
    });
    return [exitCode, stderr];
  };
  const server = createServer((socket) => socket.end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const { port: taken } = server.address() as { port: number };
  const free = ['--port', String(await freePort()), '--ui-port', String(await freePort())];

  assert.deepEqual(await run(['--port', String(taken)]), [
    2,
    `holdfast: another program has port ${taken}, where a Temporal server was to be; name another one with --port`,
  ]);
  assert.deepEqual(await run(['--port', free[1] ?? '', '--ui-port', String(taken)]), [
    2,
    `holdfast: another program has port ${taken}, where its UI was to be; name another one with --ui-port`,
  ]);
  assert.deepEqual(await run(free, { HOLDFAST_GATEWAY_ADDRESS: `127.0.0.1:${taken}` }), [
    2,
    `holdfast: another program has port ${taken}, where the gateway was to be; set HOLDFAST_GATEWAY_ADDRESS, or leave it out with --no-gateway`,
  ]);
  assert.deepEqual(await run(['--worker', 'none.ts']), [
    2,
    'holdfast: there is no file none.ts; --worker names a module that serves, or one that exports `app`',
  ]);
  assert.deepEqual(await run(free, { HOLDFAST_TEMPORAL_CLI: '/none/temporal' }), [
    3,
    'holdfast: HOLDFAST_TEMPORAL_CLI is "/none/temporal", which is not an executable file. Correct the path, or unset the variable to let Holdfast find or build the program.',
  ]);
  const fileInTheWay = path.join(cwd, '.holdfast');
  rmSync(fileInTheWay, { recursive: true });
  writeFileSync(fileInTheWay, '');
  assert.deepEqual(await run(free), [
    2,
    "holdfast: it keeps its data in .holdfast of this folder, and cannot: EEXIST: file already exists, mkdir '.holdfast'; start it in a folder of yours",
  ]);
  rmSync(fileInTheWay);
  mkdirSync(path.join(cwd, 'src'));
  writeFileSync(path.join(cwd, 'src/idle.mjs'), 'export const nothing = 1;\n');
  assert.deepEqual(await run([...free, '--worker', 'src/idle.mjs']), [
    3,
    "holdfast: src/idle.mjs ended before it served; a worker's file ends with `await serve({ app, workflowsPath })`, or exports `app`",
  ]);
  writeFileSync(path.join(cwd, 'worker.mjs'), "throw new Error('a mistake of mine');\n");
  const [exitCode, stderr] = await run(free);
  assert.equal(exitCode, 3);
  assert.match(
    String(stderr),
    /worker\.mjs:1[\s\S]*a mistake of mine[\s\S]*\nholdfast: worker\.mjs ended before it served; why, it says above$/,
  );
});
