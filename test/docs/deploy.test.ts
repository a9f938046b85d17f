import assert from 'node:assert/strict';
import { copyFileSync, globSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { execa } from 'execa';
import { variables } from '../../dev/variables.ts';
import { readPage, root } from './pages.ts';

const folder = path.join(root, 'examples/deploy');
const files = globSync('examples/deploy/*', { cwd: root }).sort();
const told = { all: true, reject: false } as const;

test('systemd has nothing to say against its units', async (t) => {
  const version = await execa('systemd-analyze', ['--version'], told);
  if (version.failed) return t.skip('systemd-analyze is not here');
  for (const file of files.filter((each) => each.endsWith('.service'))) {
    const { all } = await execa('systemd-analyze', ['verify', path.join(root, file)], told);
    assert.equal(all, '', file);
  }
});

test('kubectl reads its objects', async (t) => {
  const version = await execa('kubectl', ['version', '--client'], told);
  if (version.failed) return t.skip('kubectl is not here');
  const temporary = mkdtempSync(path.join(tmpdir(), 'holdfast-kubernetes-'));
  t.after(() => rmSync(temporary, { recursive: true }));
  copyFileSync(path.join(folder, 'kubernetes.yaml'), path.join(temporary, 'kubernetes.yaml'));
  writeFileSync(path.join(temporary, 'kustomization.yaml'), 'resources: [kubernetes.yaml]\n');
  const { failed, all } = await execa('kubectl', ['kustomize', temporary], told);
  assert.equal(failed, false, all);
  assert.deepEqual([...all.matchAll(/^kind: (\w+)$/gm)].map(([, kind]) => kind).sort(), [
    'Deployment',
    'Service',
    'StatefulSet',
  ]);
});

test('whatever is set there is read by a worker or the gateway', () => {
  const known = Object.keys(variables.shape);
  const unknown = files.flatMap((file) =>
    [...readPage(file).matchAll(/\b(?:HOLDFAST_[A-Z_]+|DATABASE_URL)\b/g)]
      .map(([name]) => name)
      .filter((name) => !known.includes(name)),
  );
  assert.deepEqual(unknown, []);
});

test('nothing is killed before what runs has had its time', () => {
  const { HOLDFAST_SHUTDOWN_GRACE_MS: graceMs } = variables.parse({});
  assert.equal(graceMs, 70_000);
  const patience = files.flatMap((file) =>
    [...readPage(file).matchAll(/(?:TimeoutStopSec=|terminationGracePeriodSeconds: )(\d+)/g)].map(
      ([, seconds]) => Number(seconds),
    ),
  );
  assert.deepEqual(patience, [80, 80, 80, 80]);
});
