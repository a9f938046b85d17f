import assert from 'node:assert/strict';
import {
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { keepBundle, keptBundle } from '../../src/worker/kept-bundle.ts';
import { workflowBundle } from '../../src/worker/workflow-bundle.ts';

test('the worker of the library and that of orders each have a bundle of their own', async () => {
  const library = new URL('../../src/durable/library-workflows.ts', import.meta.url);
  const bundles = [await workflowBundle(fileURLToPath(library)), await workflowBundle()];
  const serveOrders = bundles.map((bundle) => {
    assert.ok('codePath' in bundle);
    return readFileSync(bundle.codePath, 'utf8').includes('processOrder');
  });
  assert.deepEqual(serveOrders, [false, true]);
});

test('where the bundle cannot be written, its code comes back, so that a worker can start', async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-test-'));
  t.after(() => rmSync(folder, { recursive: true }));
  // A file where the folder should be: that stops root too, for whom no folder is read-only.
  const file = path.join(folder, 'file');
  writeFileSync(file, '');
  const bundle = await workflowBundle(undefined, path.join(file, 'cache'));
  assert.ok('code' in bundle);
  assert.match(bundle.code, /processOrder/);
});

/** A folder with the packages that the bundler needs, gone after the test. */
function projectFolder(t: TestContext): string {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'holdfast-test-')));
  t.after(() => rmSync(folder, { recursive: true }));
  const modules = path.resolve('node_modules');
  mkdirSync(path.join(folder, 'node_modules'));
  for (const name of ['@temporalio', 'long', 'protobufjs']) {
    symlinkSync(path.join(modules, name), path.join(folder, 'node_modules', name));
  }
  writeFileSync(path.join(folder, 'package.json'), '{"type":"module"}');
  return folder;
}

test('a bundle is not kept where a file of it was saved while it was made', (t) => {
  const folder = projectFolder(t);
  const [file, kept] = [path.join(folder, 'word.js'), path.join(folder, 'kept.json')];
  writeFileSync(file, 'one');
  const made = { code: 'one', sinceMs: statSync(file).ctimeMs + 1, read: [file], missing: [] };
  keepBundle(kept, made);
  assert.deepEqual(keptBundle(kept), { code: 'one' });
  rmSync(kept);
  writeFileSync(file, 'two');
  keepBundle(kept, { ...made, sinceMs: statSync(file).ctimeMs });
  assert.equal(keptBundle(kept), undefined);
});

test('the bundle of a project is kept for the next worker, until anything in it changes', async (t) => {
  const folder = projectFolder(t);
  const file = (name: string) => path.join(folder, name);
  const word = (value: string) => `export const word = '${value}';\n`;
  writeFileSync(file('word.js'), word('one'));
  const story = "import { word } from './word';\nexport const told = async () => word;\n";
  writeFileSync(file('workflows.ts'), story);
  const made = await workflowBundle(file('workflows.ts'));
  const [name = ''] = globSync('node_modules/.cache/holdfast/*.json', { cwd: folder });
  assert.deepEqual(keptBundle(file(name)), made);

  writeFileSync(file('word.js'), word('two'));
  assert.equal(keptBundle(file(name)), undefined, 'another text');
  writeFileSync(file('word.js'), word('one'));
  writeFileSync(file('word.ts'), word('three'));
  assert.equal(keptBundle(file(name)), undefined, 'a file that is found before the other');
  rmSync(file('word.ts'));
  assert.deepEqual(keptBundle(file(name)), made);

  const kept = JSON.parse(readFileSync(file(name), 'utf8'));
  writeFileSync(file(name), JSON.stringify({ ...kept, code: 'kept' }));
  const ofNextProcess = '../../src/worker/workflow-bundle.ts?again';
  const next: { workflowBundle: typeof workflowBundle } = await import(ofNextProcess);
  assert.deepEqual(await next.workflowBundle(file('workflows.ts')), { code: 'kept' });

  rmSync(file('word.js'));
  assert.equal(keptBundle(file(name)), undefined, 'a file is gone');
});

test('a project that cannot be written is bundled all the same, from another folder', async (t) => {
  const folder = projectFolder(t);
  // A file where the folder should be.
  writeFileSync(path.join(folder, 'node_modules/.cache'), '');
  const workflows = path.join(folder, 'workflows.ts');
  writeFileSync(
    workflows,
    "import { sleep } from '@temporalio/workflow';\nexport const ofMyOwn = () => sleep(1);\n",
  );
  const bundle = await workflowBundle(workflows);
  assert.ok('code' in bundle);
  assert.match(bundle.code, /ofMyOwn/);
});

test('what is imported and no workflow may have is told in a sentence', async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-test-'));
  t.after(() => rmSync(folder, { recursive: true }));
  symlinkSync(path.resolve('node_modules'), path.join(folder, 'node_modules'));
  writeFileSync(path.join(folder, 'package.json'), '{"type":"module"}');
  const files = {
    'app.ts': "import { hostname } from 'node:os';\nexport const app = { name: hostname() };\n",
    'workflows.ts': "import { app } from './app.ts';\nexport const mine = async () => app.name;\n",
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
  const workflows = path.join(folder, 'workflows.ts');
  await assert.rejects(workflowBundle(workflows), {
    name: 'InvalidApp',
    message: `the workflows of ${workflows} import node:os, which no workflow may have: import an application by type only (\`import type { app }\`), and do what needs them in an effect`,
  });
});
