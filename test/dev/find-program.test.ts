import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { execa } from 'execa';
import { findProgram } from '../../src/servers/find-program.ts';
import { ProgramMissingError } from '../../src/servers/program.ts';
import { goInstall, runBuildTool } from '../../src/servers/run-build-tool.ts';
import { temporalCli } from '../../src/servers/temporal-cli.ts';
import { javaFeature, testServer } from '../../src/servers/test-server.ts';
import { fakeProgram } from './fake-program.ts';

function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-test-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function writeExecutable(file: string): string {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, '#!/bin/sh\nexit 0\n');
  chmodSync(file, 0o755);
  return file;
}

test('a path in the environment variable outranks PATH', async (t) => {
  const folder = temporaryFolder(t);
  const named = writeExecutable(path.join(folder, 'named', 'my-temporal'));
  writeExecutable(path.join(folder, 'bin', 'temporal'));
  const env = { HOLDFAST_TEMPORAL_CLI: named, PATH: path.join(folder, 'bin') };
  assert.equal(await findProgram(temporalCli, env), named);
});

test('a variable that names no executable file is an error that names variable and value', async (t) => {
  const file = path.join(temporaryFolder(t), 'plain.txt');
  writeFileSync(file, 'not executable');
  await assert.rejects(findProgram(testServer, { HOLDFAST_TEST_SERVER: file }), {
    name: 'ProgramMissingError',
    message:
      `HOLDFAST_TEST_SERVER is "${file}", which is not an executable file. ` +
      'Correct the path, or unset the variable to let Holdfast find or build the program.',
  });
});

test('PATH outranks the cache, and folders and plain files on PATH do not count', async (t) => {
  const folder = temporaryFolder(t);
  mkdirSync(path.join(folder, 'a', 'temporal'), { recursive: true });
  const second = writeExecutable(path.join(folder, 'b', 'temporal'));
  writeExecutable(path.join(folder, 'cache', 'holdfast', 'temporal-cli-1.5.1', 'temporal'));
  const env = {
    PATH: `${path.join(folder, 'a')}:${path.join(folder, 'b')}`,
    XDG_CACHE_HOME: path.join(folder, 'cache'),
  };
  assert.equal(await findProgram(temporalCli, env), second);
});

test('the cache is used as it is', async (t) => {
  const cache = temporaryFolder(t);
  const cached = writeExecutable(
    path.join(cache, 'holdfast', 'temporal-test-server-1.38.0-1', 'temporal-test-server'),
  );
  assert.equal(await findProgram(testServer, { PATH: '', XDG_CACHE_HOME: cache }), cached);
});

test('a build that fails half way leaves no program, and the next one succeeds', async (t) => {
  const cache = temporaryFolder(t);
  const env = { PATH: '', XDG_CACHE_HOME: cache };
  const broken = fakeProgram(async (folder) => {
    writeExecutable(path.join(folder, 'fake-server'));
    throw new ProgramMissingError('The tool broke. Repair the tool.');
  });
  await assert.rejects(findProgram(broken, env), {
    name: 'ProgramMissingError',
    message:
      'Holdfast needs the fake server, and its download cannot be reached. The tool broke. Repair the tool.',
  });
  assert.deepEqual(readdirSync(path.join(cache, 'holdfast')), ['fake-server-1.lock']);

  // What a killed build leaves is swept away by the next.
  mkdirSync(path.join(cache, 'holdfast', '.fake-server-1-killed'));
  const working = fakeProgram(async (folder) => {
    writeExecutable(path.join(folder, 'fake-server'));
  });
  const file = path.join(cache, 'holdfast', 'fake-server-1', 'fake-server');
  assert.equal(await findProgram(working, env), file);
  assert.deepEqual(readdirSync(path.join(cache, 'holdfast')), [
    'fake-server-1',
    'fake-server-1.lock',
  ]);
});

test('two processes at once build once', async (t) => {
  const cache = temporaryFolder(t);
  const script = path.join(import.meta.dirname, 'find-fake-program.ts');
  const env = { XDG_CACHE_HOME: cache };
  const runs = await Promise.all([1, 2].map(() => execa(process.execPath, [script], { env })));
  const file = path.join(cache, 'holdfast', 'fake-server-1', 'fake-server');
  assert.deepEqual(
    runs.map((run) => run.stdout),
    [file, file],
  );
  assert.equal(readdirSync(path.join(cache, 'builds')).length, 1);
});

test('a missing build tool and a failing one say what to do', async (t) => {
  const folder = temporaryFolder(t);
  const progress = { say() {}, done() {}, failed() {} };
  await assert.rejects(
    runBuildTool({ tool: 'no-such-tool', args: [], folder, fix: 'Install it.' }, progress),
    { name: 'ProgramMissingError', message: 'no-such-tool is not on PATH. Install it.' },
  );
  await assert.rejects(
    runBuildTool(
      { tool: 'sh', args: ['-c', 'echo no network >&2; exit 3'], folder, fix: 'Connect.' },
      progress,
    ),
    {
      message: '"sh -c echo no network >&2; exit 3" failed:\n    no network\nConnect.',
    },
  );
});

test('what Go complains of is told, however many packages it names after that; C is left out', async (t) => {
  const folder = temporaryFolder(t);
  const go = writeExecutable(path.join(folder, 'go'));
  const packages = Array.from({ length: 20 }, (_, n) => `echo example.com/some/package-${n}/v2`);
  const complaint = `echo "# runtime/cgo: cannot execute 'as', cgo $CGO_ENABLED" >&2`;
  writeFileSync(go, ['#!/bin/sh', complaint, ...packages, 'exit 1'].join('\n'));
  const { PATH } = process.env;
  process.env.PATH = `${folder}:${PATH}`;
  t.after(() => {
    process.env.PATH = PATH;
  });
  const said: string[] = [];
  const program = { module: 'example.com/a@v1.0.0', folder, go: '1.24', instead: 'Put it on PATH' };
  await assert.rejects(goInstall(program, { say: (line) => said.push(line) }), {
    name: 'ProgramMissingError',
    message:
      '"go install -v example.com/a@v1.0.0" failed:\n' +
      "    # runtime/cgo: cannot execute 'as', cgo 0\n" +
      'Put it on PATH, or install Go 1.24 or newer (https://go.dev/dl), which builds it with a reachable module proxy (GOPROXY).',
  });
  assert.equal(said.length, 21, 'all of it was shown as progress');
});

test('the version of Java is read from what it prints', () => {
  assert.equal(javaFeature('openjdk version "17.0.15" 2025-04-15'), 17);
  assert.equal(javaFeature('openjdk version "25" 2025-09-16'), 25);
  assert.equal(javaFeature('java version "1.8.0_402"'), 8);
  assert.equal(javaFeature('nonsense'), 0);
});
