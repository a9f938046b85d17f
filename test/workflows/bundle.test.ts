import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode } from '@temporalio/worker';

const root = fileURLToPath(new URL('../..', import.meta.url));
const temporals = ['@temporalio/common', '@temporalio/workflow', 'long', 'ms', 'nexus-rpc'];
const silent = { log() {}, trace() {}, debug() {}, info() {}, warn() {}, error() {} };

/** The bundler's view of what is in a bundle: its modules by path. */
async function modulesOf(workflowsPath: string, ...others: string[]): Promise<string[]> {
  const { code } = await bundleWorkflowCode({
    workflowsPath,
    workflowInterceptorModules: others,
    logger: silent,
  });
  return [...code.matchAll(/^\/\*\*\*\/ "(\.\.?\/[^"]+)"/gm)].map(([, path = '']) => path);
}

test('the workflow bundle holds leaves and workflows, and nothing of what runs outside the sandbox', async () => {
  const modules = await modulesOf(join(root, 'src/workflows/index.ts'));
  const ours = modules.filter((path) => path.startsWith('./src/'));
  assert.ok(ours.includes('./src/workflows/process-order.ts'));
  const sandboxed =
    /^\.\/src\/(failures|policies|wire|calls\/answers|durable|orders|workflows)\/|^\.\/src\/workflow\.ts$/;
  assert.deepEqual(
    ours.filter((path) => !sandboxed.test(path)),
    [],
  );
  const forbidden = /node_modules\/(ai|@ai-sdk|pino|kysely|pg|stripe|@octokit)\//;
  assert.deepEqual(
    modules.filter((path) => forbidden.test(path)),
    [],
  );
});

test('what all workflows of a worker share checks no answers and keeps no state', async () => {
  const shared = ['durable/library-workflows.ts', 'workflow.ts', 'durable/queues-beside.ts'];
  const [library = '', ...others] = shared.map((file) => join(root, 'src', file));
  const modules = await modulesOf(library, ...others);
  const ours = modules.filter((path) => path.startsWith('./src/'));
  assert.ok(ours.includes('./src/calls/answers/repair-messages.ts'));
  const packages = modules.flatMap(
    (path) => /.*node_modules\/((@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? [],
  );
  assert.deepEqual(
    [...new Set(packages)].filter((name) => !temporals.includes(name)).sort(),
    // They keep scratch space for one call, and no call of theirs waits.
    ['@noble/hashes', 'canonicalize', 'leven'],
  );
  // One workflow would find what another one has left there.
  const state = /^(export )?(let|var|const \w+(: .*)? = (new |\[\]|\{\}))/m;
  for (const path of ours) {
    assert.doesNotMatch(await readFile(join(root, path), 'utf8'), state, path);
  }
});

test('a workflow that imports a Node API is refused by the bundler', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-bundle-'));
  t.after(() => rm(folder, { recursive: true }));
  const path = join(folder, 'workflows.ts');
  await writeFile(
    path,
    "import { readFileSync } from 'node:fs';\nexport const x = async () => readFileSync('/');\n",
  );
  const said: string[] = [];
  const logger = { ...silent, error: (message: string) => void said.push(message) };
  await assert.rejects(bundleWorkflowCode({ workflowsPath: path, logger }));
  assert.match(said.join('\n'), /node:fs/);
});
