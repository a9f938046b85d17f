import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode } from '@temporalio/worker';

const root = fileURLToPath(new URL('../..', import.meta.url));
const silent = { log() {}, trace() {}, debug() {}, info() {}, warn() {}, error() {} };

/** The bundler's view of what is in a bundle: its modules by path. */
async function modulesOf(workflowsPath: string): Promise<string[]> {
  const { code } = await bundleWorkflowCode({ workflowsPath, logger: silent });
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

test("the library's own workflows bring nothing that reads or checks answers: it would run at every start", async () => {
  const modules = await modulesOf(join(root, 'src/durable/library-workflows.ts'));
  assert.ok(modules.includes('./src/calls/answers/repair-messages.ts'));
  const forbidden = /node_modules\/(zod|ajv|ajv-formats|re2js|piscina)\//;
  assert.deepEqual(
    modules.filter((path) => forbidden.test(path)),
    [],
  );
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
