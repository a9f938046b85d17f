import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { execa } from 'execa';
import { type ModelProvider, startModelProvider } from '../../dev/sandbox/model-provider.ts';
import type { ParkedWorkflow } from '../../src/client.ts';
import { findProgram } from '../../src/servers/find-program.ts';
import { freePort } from '../../src/servers/free-port.ts';
import { temporalCli } from '../../src/servers/temporal-cli.ts';
import { testServer } from '../../src/servers/test-server.ts';
import { readPage } from '../docs/pages.ts';
import { until } from '../support/until.ts';
import { root } from './install-project.ts';

// A reader of docs/tutorial.md: writes its files and runs its commands, in the page's order.

/** Where the reader is, and where that began. */
let folder: string;
let home: string;
let model: ModelProvider;
let env: Record<string, string | undefined>;
let up: { readonly pid: number; readonly ended: Promise<unknown> } | undefined;

before(async () => {
  home = mkdtempSync(path.join(tmpdir(), 'holdfast-tutorial-'));
  folder = path.join(home, 'checkout');
  mkdirSync(folder);
  model = await startModelProvider({
    validKeys: ['sk-mine'],
    knownModels: ['gpt-4o-mini'],
    answer: () => '{"summary":"no light","urgency":"high"}',
  });
  const port = await freePort();
  env = {
    HOLDFAST_TEMPORAL_CLI: await findProgram(temporalCli),
    HOLDFAST_TEST_SERVER: await findProgram(testServer),
    OPENAI_BASE_URL: model.baseUrl,
    OPENAI_API_KEY: 'sk-mine',
    TEMPORAL_ADDRESS: `127.0.0.1:${port}`,
    NODE_TEST_CONTEXT: undefined,
    // This checkout is built already, and packed by others at the same time.
    npm_config_ignore_scripts: process.env.PACKAGE_IS_BUILT && 'true',
  };
});
after(async () => {
  await endUp();
  await model?.stop();
  rmSync(home, { recursive: true });
});

/** What the page has between fences, of the shell line by line, in order. */
const steps = [...readPage('docs/tutorial.md').matchAll(/^```(sh|ts)\n([\s\S]*?)^```$/gm)].flatMap(
  ([, language, content = '']) =>
    language === 'ts'
      ? [content]
      : content
          .trim()
          .split('\n')
          .map((line) => line.trim()),
);

/** One command of the page, as a shell runs it. */
const shell = (line: string) =>
  execa(line, { cwd: folder, env, shell: true, reject: false, all: true });

/** Starts `holdfast up` anew: whatever ran before is killed, as a machine that loses its power. */
async function startUp(): Promise<void> {
  await endUp();
  const [, port = ''] = (env.TEMPORAL_ADDRESS ?? '').split(':');
  const args = [
    'holdfast',
    'up',
    '--port',
    port,
    '--ui-port',
    `${await freePort()}`,
    '--no-gateway',
    '--json',
  ];
  const started = execa('npx', args, {
    ...{ cwd: folder, env, reject: false, all: true },
    // A group of its own, so that all of it can be killed at once.
    detached: true,
  });
  up = { pid: started.pid as number, ended: started };
  let printed = '';
  started.all.on('data', (text) => {
    printed += text;
  });
  const ended = started.then(() => {
    up = undefined;
    throw new Error(printed);
  });
  await Promise.race([ended, until(async () => printed.includes('"up.serving"') || undefined)]);
  ended.catch(() => {});
}

async function endUp(): Promise<void> {
  const ending = up;
  up = undefined;
  if (!ending) return;
  process.kill(-ending.pid, 'SIGKILL');
  await ending.ended;
}

test('the tutorial, to the letter', async () => {
  const printed = new Map<string, string>();
  for (const step of steps) {
    const [, file] = /^\/\/ ([\w.]+\.ts)\n/.exec(step) ?? [];
    if (file !== undefined) {
      writeFileSync(path.join(folder, file), step.slice(step.indexOf('\n') + 1));
    } else if (step.startsWith('cd ')) {
      folder = path.resolve(folder, step.slice(3));
    } else if (step.startsWith('export ')) {
      // The key of the test's own model is set already.
      assert.equal(step, 'export OPENAI_API_KEY=sk-...');
    } else if (step.startsWith('npx holdfast init')) {
      await init(step);
    } else if (step === 'npx holdfast up') {
      await startUp();
    } else {
      const seen = step.includes('FINGERPRINT') ? await waits('T-2') : '';
      const line = step
        .replace('FINGERPRINT', seen)
        .replace(/^npm install$/, 'npm install --prefer-offline --no-audit --no-fund');
      // What was made compiles as it is, too.
      if (line === 'npm test' && !printed.has(line)) await succeeds('npm run check');
      // Of T-2 the page says that it ends so, and waits for a person.
      printed.set(line, await endsWith(line.includes('--id T-2') ? 6 : 0, line));
    }
  }
  const urgent = { summary: 'no light', urgency: 'high' };
  const start = [...printed].find(([step]) => step.includes('--id T-1'));
  assert.deepEqual(JSON.parse(start?.[1] ?? ''), {
    id: 'T-1',
    ...urgent,
  });
  assert.match(printed.get('npm test') ?? '', /pass 1\b/);
  assert.match(printed.get('npx holdfast parked') ?? '', /T-2/);
  const result = JSON.parse(printed.get('npx holdfast result T-2') ?? '');
  assert.deepEqual(
    { ...result, seenBy: typeof result.seenBy },
    { id: 'T-2', ...urgent, seenBy: 'string' },
  );
  await replays('T-2');
  // Two tickets, two answers: the kill in between cost nothing.
  assert.equal(model.requests.length, 2);
});

/** As docs/how-to/change-a-waiting-workflow.md has it: a history as Temporal's own program writes it. */
async function replays(id: string): Promise<void> {
  const show = `workflow show --workflow-id ${id} --output json --address ${env.TEMPORAL_ADDRESS}`;
  await succeeds(`${env.HOLDFAST_TEMPORAL_CLI} ${show} > ${id}.json`);
  const script = [
    "import { replay } from 'holdfast/testing';",
    `await replay({ workflowsPath: '${folder}/workflows.ts', histories: ['${id}.json'] });`,
    'process.exit();',
  ];
  writeFileSync(path.join(folder, 'replay.mjs'), script.join('\n'));
  await succeeds('node replay.mjs');
}

const succeeds = (line: string) => endsWith(0, line);

async function endsWith(expected: number, line: string): Promise<string> {
  const { exitCode, stdout, all } = await shell(line);
  assert.equal(exitCode, expected, `${line}\n${all}`);
  return stdout;
}

/** As in the checkout, which is not where its neighbour is to be. */
async function init(step: string): Promise<void> {
  const line = step.replace('npx holdfast', `node ${path.join(root, 'bin/holdfast.mjs')}`);
  const [words, next] = (await succeeds(line)).split('\n\nNext:\n');
  assert.equal(
    next?.split('\n\n')[0],
    '  cd ../tickets\n  npm install && npm test\n  npx holdfast up',
  );
  const made = readdirSync(path.join(home, 'tickets')).sort();
  assert.deepEqual(made, [
    'app.ts',
    'holdfast-0.1.0.tgz',
    'package.json',
    'triage.test.ts',
    'tsconfig.json',
    'workflows.ts',
  ]);
  assert.ok(
    made.every((file) => words?.includes(file)),
    words,
  );
  const again = await shell(line);
  assert.deepEqual(
    [again.exitCode, again.stderr],
    [2, 'holdfast: ../tickets is not empty; name a new folder'],
  );
}

/** Waits until a workflow waits for a person. @returns what stands for what the person has seen. */
function waits(id: string): Promise<string> {
  return until(async () => {
    const parked = JSON.parse(
      await succeeds('node_modules/.bin/holdfast parked --json'),
    ) as readonly ParkedWorkflow[];
    const found = parked.find(({ workflowId }) => workflowId === id)?.parked;
    if (found === undefined) return undefined;
    assert.ok(found.type === 'ApprovalRequired', found.type);
    return found.fingerprint;
  });
}
