import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { execa } from 'execa';
import { type ModelProvider, startModelProvider } from '../../dev/sandbox/model-provider.ts';
import { findProgram } from '../../src/servers/find-program.ts';
import { freePort } from '../../src/servers/free-port.ts';
import { temporalCli } from '../../src/servers/temporal-cli.ts';
import { testServer } from '../../src/servers/test-server.ts';
import { until } from '../support/until.ts';
import { type InstalledProject, installProject } from './install-project.ts';

let project: InstalledProject;
let model: ModelProvider;
let folder: string;

before(async () => {
  project = await installProject();
  folder = path.join(project.folder, '..', 'mine');
  model = await startModelProvider({
    validKeys: ['sk-mine'],
    knownModels: ['gpt-4o-mini'],
    answer: () => '{"summary":"a broken lamp","urgency":"high"}',
  });
});
after(async () => {
  await model?.stop();
  project?.remove();
});

/** A command in the starter's folder, on the Node that runs this. */
function inFolder(file: string, args: readonly string[], env: Record<string, string> = {}) {
  return execa(file, args, {
    cwd: folder,
    env: { ...env, NODE_TEST_CONTEXT: undefined },
    reject: false,
    all: true,
  });
}

test('`holdfast init` makes five files and packs itself beside them, once', async () => {
  const made = await project.run('npx', ['holdfast', 'init', '../mine']);
  assert.equal(made.exitCode, 0, made.stderr);
  assert.match(
    made.stdout,
    /\n {2}cd \.\.\/mine\n {2}npm install && npm test\n {2}npx holdfast up\n/,
  );
  assert.deepEqual(readdirSync(folder).sort(), [
    'app.ts',
    'holdfast-0.1.0.tgz',
    'package.json',
    'triage.test.ts',
    'tsconfig.json',
    'workflows.ts',
  ]);
  const again = await project.run('npx', ['holdfast', 'init', '../mine']);
  assert.deepEqual(
    [again.exitCode, again.stderr],
    [2, 'holdfast: ../mine is not empty; name a new folder'],
  );
});

test('it installs, compiles and passes its own test', async () => {
  const install = ['install', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];
  const installed = await inFolder('npm', install);
  assert.equal(installed.exitCode, 0, installed.all);
  const compiled = await inFolder('npm', ['run', 'check']);
  assert.equal(compiled.exitCode, 0, compiled.all);
  const tested = await inFolder('npm', ['test'], {
    HOLDFAST_TEST_SERVER: await findProgram(testServer),
  });
  assert.equal(tested.exitCode, 0, tested.all);
  assert.match(tested.all, /pass 1\b/);
});

test('`holdfast up` serves it as it is, and its workflow is answered', async (t) => {
  const port = await freePort();
  // npx would keep the signal to itself.
  const up = inFolder(
    'node',
    [
      'node_modules/.bin/holdfast',

      'up',
      '--port',
      `${port}`,
      '--ui-port',
      `${await freePort()}`,
      '--json',
      '--no-gateway',
    ],
    {
      HOLDFAST_TEMPORAL_CLI: await findProgram(temporalCli),
      OPENAI_BASE_URL: model.baseUrl,
      OPENAI_API_KEY: 'sk-mine',
    },
  );
  t.after(async () => {
    up.kill('SIGINT');
    await up;
  });
  let printed = '';
  up.all.on('data', (text) => {
    printed += text;
  });
  let hasEnded = false;
  void up.then(() => {
    hasEnded = true;
  });
  await until(async () => {
    assert.ok(!hasEnded, printed);
    return printed.includes('"up.serving"') || undefined;
  });
  const input = '{"text":"The lamp arrived broken."}';
  const { stdout, stderr } = await inFolder(
    'npx',
    ['holdfast', 'start', 'triage', '--id', 'T-1', '--input', input, '--wait'],
    { TEMPORAL_ADDRESS: `127.0.0.1:${port}` },
  );
  assert.deepEqual(JSON.parse(stdout || stderr), {
    id: 'T-1',
    summary: 'a broken lamp',
    urgency: 'high',
  });
});
