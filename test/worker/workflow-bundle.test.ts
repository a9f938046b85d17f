import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
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

test('each entry has a bundle of its own', async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-test-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const library = path.join(import.meta.dirname, '../../src/durable/library-workflows.ts');
  await workflowBundle(library, folder);
  const orders = await workflowBundle(undefined, folder);
  assert.ok('codePath' in orders);
  assert.match(readFileSync(orders.codePath, 'utf8'), /processOrder/);
});
