import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { freePort } from '../../src/servers/free-port.ts';
import { findJarProblem, type Jars, obtainJars } from '../../src/servers/jars.ts';
import { ProgramMissingError } from '../../src/servers/program.ts';
import { runBuildTool } from '../../src/servers/run-build-tool.ts';
import { testServerRoots } from '../../src/servers/test-server.ts';
import locked from '../../src/servers/test-server-jars.json' with { type: 'json' };

/** Hashes of "first" and "second", as `sha256sum` prints them. */
const jars: Jars = {
  'org.example.deep:first:1.0': 'a7937b64b8caa58f03721bb6bacf5c78cb235febe0e70b1b84cd99541461a08e',
  'org.example:second:2.0-beta': '16367aacb67a4a017c8da8ab95682ccb390863780f7114dda0a0e0c55644c7c4',
};
const files: Readonly<Record<string, string>> = {
  '/org/example/deep/first/1.0/first-1.0.jar': 'first',
  '/org/example/second/2.0-beta/second-2.0-beta.jar': 'second',
};

/** A Maven repository over HTTP, and what was asked of it. */
async function startRepository(t: TestContext, content = files) {
  const asked: string[] = [];
  const server = createServer(({ url = '' }, response) => {
    asked.push(url);
    const body = content[url];
    response.writeHead(body === undefined ? 404 : 200).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-test-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return path.join(folder, 'lib');
}

const withoutMaven = () =>
  runBuildTool({ tool: 'no-such-mvn', args: [], folder: tmpdir(), fix: '' }, { say() {} }).then(
    () => {},
  );

test('without Maven the jars are fetched over HTTP, each once, with progress', async (t) => {
  const { address, asked } = await startRepository(t);
  const folder = temporaryFolder(t);
  const said: string[] = [];
  await obtainJars(
    { jars, folder, byMaven: withoutMaven, repository: address, fix: '' },
    { say: (word) => said.push(word) },
  );
  assert.deepEqual(readdirSync(folder).sort(), ['first-1.0.jar', 'second-2.0-beta.jar']);
  assert.equal(await findJarProblem(jars, folder), undefined);
  assert.deepEqual(asked.sort(), Object.keys(files));
  assert.deepEqual(said, ['1 of 2 jars', '2 of 2 jars']);
});

test('what Maven brought is checked too, and fetched anew where it is not what was locked', async (t) => {
  const { address, asked } = await startRepository(t);
  const folder = temporaryFolder(t);
  const want = (second: string) =>
    obtainJars(
      {
        jars,
        folder,
        byMaven: async () => {
          mkdirSync(folder, { recursive: true });
          writeFileSync(path.join(folder, 'first-1.0.jar'), 'first');
          writeFileSync(path.join(folder, 'second-2.0-beta.jar'), second);
        },
        repository: address,
        fix: '',
      },
      { say() {} },
    );
  await want('second');
  assert.deepEqual(asked, [], 'Maven had it all');
  await want('forged');
  assert.deepEqual(asked.sort(), Object.keys(files));
  assert.equal(await findJarProblem(jars, folder), undefined);
});

const troubles: readonly (readonly [
  name: string,
  content: Readonly<Record<string, string>> | 'no server',
  problem: RegExp,
])[] = [
  [
    'a jar with another hash is not written',
    { ...files, '/org/example/second/2.0-beta/second-2.0-beta.jar': 'forged' },
    /Without it: http:\S+\/second-2\.0-beta\.jar is not what was locked\. Connect\.$/,
  ],
  [
    'a jar that is not there',
    { '/org/example/deep/first/1.0/first-1.0.jar': 'first' },
    /Without it: http:\S+\/second-2\.0-beta\.jar could not be fetched: it answered 404\. Connect\.$/,
  ],
  [
    'no connection',
    'no server',
    /Without it: http:\S+\.jar could not be fetched: connect ECONNREFUSED \S+\. Connect\.$/,
  ],
];

for (const [name, content, problem] of troubles) {
  test(`${name}: an error that says why neither way worked, and what to do`, async (t) => {
    const folder = temporaryFolder(t);
    const repository =
      content === 'no server'
        ? `http://127.0.0.1:${await freePort()}`
        : (await startRepository(t, content)).address;
    await assert.rejects(
      obtainJars(
        { jars, folder, byMaven: withoutMaven, repository, fix: 'Connect.' },
        { say() {} },
      ),
      (error) => {
        assert.ok(error instanceof ProgramMissingError);
        assert.match(error.message, /^no-such-mvn is not on PATH\. Without it: /);
        assert.match(error.message, problem);
        return true;
      },
    );
    assert.equal(existsSync(path.join(folder, 'second-2.0-beta.jar')), false);
  });
}

test('the lock has the test server itself, and is of jars with hashes', () => {
  const coordinates = Object.keys(locked);
  assert.deepEqual(
    testServerRoots.filter((root) => !coordinates.includes(root)),
    [],
    'run: node dev/lock-test-server.ts',
  );
  for (const hash of Object.values(locked)) assert.match(hash, /^[0-9a-f]{64}$/);
});
