import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { execa } from 'execa';
import { type ModelProvider, startModelProvider } from '../../dev/sandbox/model-provider.ts';
import { type DevServer, startDevServer } from '../../dev/servers/index.ts';
import { findProgram } from '../../src/servers/find-program.ts';
import { testServer } from '../../src/servers/test-server.ts';
import { until } from '../support/until.ts';
import { type Crm, startCrm } from './crm.ts';
import { type InstalledProject, installProject } from './install-project.ts';

/** The project of a user, in `project/triage`: a question, two effects, a workflow, a worker. */
let project: InstalledProject;
let server: DevServer;
let model: ModelProvider;
let crm: Crm;
let env: Record<string, string>;
let worker: Awaited<ReturnType<typeof startWorker>>;

/** Set by `triage-node22.test.ts`: the oldest Node that the package promises. */
const node = process.env.HOLDFAST_PACKAGE_NODE;

before(async () => {
  project = await installProject(node);
  server = await startDevServer({ isHeadless: true });
  model = await startModelProvider({
    validKeys: ['sk-triage'],
    knownModels: ['triage'],
    answer: () => '{"summary":"a broken lamp","urgency":"high"}',
  });
  crm = await startCrm();
  const providers = path.join(project.folder, 'providers.json');
  const local = { name: 'local', baseUrl: model.baseUrl, apiKeyVariable: 'LOCAL_KEY' };
  writeFileSync(providers, JSON.stringify([local]));
  env = {
    TEMPORAL_ADDRESS: server.address,
    HOLDFAST_PROVIDERS: providers,
    LOCAL_KEY: 'sk-triage',
    CRM_URL: crm.url,
  };
  worker = await startWorker();
});
after(async () => {
  worker?.process.kill();
  await worker?.process;
  crm?.stop();
  await model?.stop();
  await server?.stop();
  project?.remove();
});

function spawnWorker(variables: Record<string, string>) {
  return execa('node', ['triage/worker.ts'], {
    cwd: project.folder,
    preferLocal: true,
    localDir: project.folder,
    env: variables,
    reject: false,
    all: true,
  });
}

/** Starts a worker, and waits until it serves. In an object, since the process itself is a promise. */
async function startWorker() {
  const process = spawnWorker(env);
  const serves = new Promise<void>((resolve) => {
    process.stdout?.on('data', (text) => String(text).includes('worker.serving') && resolve());
  });
  const ended = process.then(({ all }) => {
    throw new Error(`the worker ended: ${all}`);
  });
  await Promise.race([serves, ended]);
  ended.catch(() => {});
  return { process };
}

const row = (id: string) => ({ id, summary: 'a broken lamp', urgency: 'high' });
const start = (id: string) => project.run('node', ['triage/start.ts', id], env);
const holdfast = (...args: string[]) => project.run('npx', ['holdfast', ...args], env);
const parked = (id: string, type: string) =>
  until(async () => {
    const { stdout } = await holdfast('status', id, '--json');
    // Empty while its start is on the way.
    if (stdout === '') return undefined;
    return JSON.parse(stdout).progress?.parked?.[0]?.type === type || undefined;
  });

test('a ticket is summarised, saved and told to the CRM', async () => {
  const { stdout, stderr } = await start('T-1');
  assert.deepEqual(JSON.parse(stdout || stderr), row('T-1'));
  assert.deepEqual(crm.notes, ['default/T-1:notify']);
});

test('a worker that is killed while the CRM is told: it is told once, and nothing is asked again', async () => {
  crm.setMood('silent');
  const asked = model.requests.length;
  const started = start('T-2');
  await until(async () => crm.notes.includes('default/T-2:notify') || undefined);
  worker.process.kill('SIGKILL');
  await worker.process;
  crm.setMood('fine');
  worker = await startWorker();
  assert.deepEqual(JSON.parse((await started).stdout), row('T-2'));
  assert.deepEqual(crm.notes, ['default/T-1:notify', 'default/T-2:notify']);
  assert.equal(model.requests.length - asked, 1);
});

test('an effect of its own that is unknown is resolved by the command', async () => {
  crm.setMood('odd');
  const started = start('T-3');
  await parked('T-3', 'EffectUnknown');
  crm.setMood('fine');
  const wrong = await holdfast(
    ...['effects', 'resolve', 'default/T-3:notify', '--happened', '--result', '{"ok":false}'],
  );
  assert.match(wrong.stderr, /the result does not fit notify: ok/);
  const right = await holdfast(
    ...['effects', 'resolve', 'default/T-3:notify', '--happened', '--result', '{"ok":true}'],
  );
  assert.equal(right.exitCode, 0, right.stderr);
  assert.deepEqual(JSON.parse((await started).stdout), row('T-3'));
});

test('a step that its own policy ruled is resumed with another limit of that policy', async () => {
  crm.setMood('away');
  const before = crm.requests();
  const started = start('T-4');
  await parked('T-4', 'Overloaded');
  assert.equal(crm.requests() - before, 3, 'policy: { maximumAttempts: 3 }');
  crm.setMood('fine');
  const resumed = await holdfast('resume', 'T-4', '--set', 'notify.maximumAttempts=5');
  assert.equal(resumed.exitCode, 0, resumed.stderr);
  assert.deepEqual(JSON.parse((await started).stdout), row('T-4'));
});

test('the same id attaches; another ticket under it is an error that says so', async () => {
  assert.deepEqual(JSON.parse((await start('T-1')).stdout), row('T-1'));
  const other = await project.run('node', ['triage/start.ts', 'T-1', 'Another text.'], env);
  assert.match(other.stderr, /IdempotencyKeyReused|exists with other input/);
});

test('a command of its own starts it, beside all that `holdfast` has', async () => {
  const command = (...args: string[]) => project.run('node', ['triage/command.ts', ...args], env);
  const triaged = await command('triage', 'My lamp is broken.', '--id', 'T-5', '--wait');
  assert.equal(triaged.stderr, 'T-5: started');
  assert.deepEqual(JSON.parse(triaged.stdout), row('T-5'));
  const status = await command('status', 'T-5', '--json');
  assert.equal(JSON.parse(status.stdout).status, 'COMPLETED', status.stderr);
  const nothing = await command('triage');
  assert.deepEqual(
    [nothing.exitCode, nothing.stderr],
    [2, "holdfast: missing required argument 'text' (--help says more)"],
  );
});

test('a worker without a variable that an effect needs says which, and ends', async () => {
  const { CRM_URL: _, ...without } = env;
  const failed = await spawnWorker(without as Record<string, string>);
  assert.equal(failed.exitCode, 2);
  assert.match(failed.stderr, /CRM_URL: .*\(for the effect notify\)/);
});

test('explain tells every attempt of its own question and effects', async () => {
  const { stdout, stderr } = await holdfast('explain', 'T-4', '--json');
  const { attempts } = JSON.parse(stdout || stderr);
  assert.deepEqual(
    attempts.map(({ step, outcome }: { step: string; outcome: string }) => [step, outcome]),
    [
      ['summarise', 'answered'],
      ['saveSummary', 'done'],
      ['notify', 'Overloaded'],
      ['notify', 'Overloaded'],
      ['notify', 'Overloaded'],
      ['notify', 'done'],
    ],
  );
});

test('its own test runs with skipped time', async () => {
  const server = await findProgram(testServer);
  const tested = await project.run('node', ['--test', 'triage/triage.test.ts'], {
    HOLDFAST_TEST_SERVER: server,
    // Otherwise it takes itself for a part of this test run.
    NODE_TEST_CONTEXT: undefined,
  });
  assert.equal(tested.exitCode, 0, tested.stdout);
  assert.match(tested.stdout, /pass 1\b/);
});

test('it runs on the Node that was asked for', async () => {
  const { stdout } = await project.run('node', ['--version']);
  assert.ok(stdout.startsWith(`v${node?.split('.')[0] ?? '24'}.`), stdout);
});
