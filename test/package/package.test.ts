import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { execa } from 'execa';
import { type DevServer, startDevServer } from '../../dev/servers/index.ts';
import { readPage, relativeLinks } from '../docs/pages.ts';
import { type InstalledProject, installProject, root } from './install-project.ts';

let project: InstalledProject;
let server: DevServer;
let env: { readonly TEMPORAL_ADDRESS: string };
before(async () => {
  project = await installProject();
  server = await startDevServer({ isHeadless: true });
  env = { TEMPORAL_ADDRESS: server.address };
});
after(async () => {
  await server?.stop();
  project?.remove();
});

test('built code, types, schemas, pages, examples and the command are packed, and nothing else', () => {
  const packed =
    /^(LICENSE|\w+\.md|docs\/[\w./-]+\.(md|svg|png)|examples\/[\w./-]+|package\.json|bin\/holdfast\.mjs|schemas\/[\w.]+|starter\/[\w.]+|dist\/[\w./-]+\.(js|d\.ts|mjs|d\.mts|json))$/;
  assert.deepEqual(
    project.packedFiles.filter((file) => !packed.test(file) || /^dist.*\.test\./.test(file)),
    [],
  );
});

test('what the README links to is packed with it', () => {
  const links = relativeLinks(readPage('README.md')).map((link) => link.split('#')[0] ?? '');
  const isPacked = (link: string) =>
    project.packedFiles.some((file) => file === link || file.startsWith(`${link}/`));
  assert.deepEqual(
    links.filter((link) => !isPacked(link)),
    [],
  );
});

test('nothing that is packed knows where it was made', () => {
  const own = path.join(project.folder, 'node_modules/holdfast');
  const withPaths = project.packedFiles.filter((file) =>
    readFileSync(path.join(own, file), 'utf8').includes(root),
  );
  assert.deepEqual(withPaths, []);
});

test('publint and attw find every door, with its types', async () => {
  const options = { all: true, reject: false, preferLocal: true, localDir: root } as const;
  const publint = await execa('publint', ['run', project.tarball, '--strict'], options);
  assert.equal(publint.exitCode, 0, publint.all);
  const attw = await execa('attw', [project.tarball, '--profile', 'esm-only'], options);
  assert.equal(attw.exitCode, 0, attw.all);
});

test("a user's strict project compiles, our types included", async () => {
  const { exitCode, stdout } = await project.run('tsc');
  assert.equal(exitCode, 0, stdout.slice(0, 2000));
});

test('the client starts a call, and the command tells how it stands', async () => {
  const started = await project.run('node', ['client.ts'], env);
  assert.equal(started.stdout, 'hello-1 RUNNING', started.stderr);
  const status = await project.run('npx', ['holdfast', 'status', 'hello-1', '--json'], env);
  assert.equal(status.exitCode, 0, status.stderr);
  assert.equal(JSON.parse(status.stdout).status, 'RUNNING');
});

test('a provider of the AI SDK is wrapped', async () => {
  const { stdout, stderr } = await project.run('node', ['provider.ts']);
  assert.equal(stdout, 'function', stderr);
});

test('the command says what it can do', async () => {
  const { exitCode, stdout, stderr } = await project.run('npx', ['holdfast', '--help']);
  assert.equal(exitCode, 0, stderr);
  assert.match(stdout, /^Usage: holdfast /);
});

test('the workflows are bundled where they are installed, once', async () => {
  const script = `
    import { workflowBundle } from './node_modules/holdfast/dist/worker/workflow-bundle.js';
    console.log((await workflowBundle()).codePath);`;
  const bundle = () => project.run('node', ['--input-type=module', '--eval', script]);
  const first = await bundle();
  assert.match(first.stdout, /workflow-bundle-\w+\.js$/, first.stderr);
  assert.match(readFileSync(first.stdout, 'utf8'), /complete/);
  assert.equal((await bundle()).stdout, first.stdout);
});
