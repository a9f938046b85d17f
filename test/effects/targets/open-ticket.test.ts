import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GitHubSandbox } from '../../../dev/sandbox/github.ts';
import { delay } from '../../../dev/sandbox/wire-fault.ts';
import { createOctokit } from '../../../src/effects/targets/github/github-client.ts';
import { ticketMarker } from '../../../src/effects/targets/github/issue-text.ts';
import { failureOf } from '../once/expect-failure.ts';
import { temporaryLedger } from '../once/temporary-ledger.ts';
import {
  created,
  github,
  issuesPath,
  markerSecret,
  open as openTicket,
  pass,
} from './ticket-bench.ts';

const ledger = temporaryLedger();
type Rest = Parameters<typeof openTicket> extends [unknown, ...infer Tail] ? Tail : never;
const open = (...rest: Rest) => openTicket(ledger(), ...rest);

test('a ticket takes three requests, however many there are and whoever we are', async (t) => {
  const server = await github(t);
  for (let index = 0; index < 250; index += 1) {
    await server.openForeignIssue({ title: `Noise ${index}`, body: 'noise', labels: ['holdfast'] });
  }
  await open(server, 'order-many');
  const paths = server.requests.map(({ method, path }) => `${method} ${path}`);
  const [list, create] = [`GET ${issuesPath}`, `POST ${issuesPath}`];
  assert.deepEqual(paths, [list, create, list]);
});

test('a ticket is opened once, and comes back without a request', async (t) => {
  const server = await github(t);
  const { result } = await open(server, 'order-1');
  const [issue] = await server.issues();
  assert.equal(issue?.number, result.ticketNumber);
  assert.equal(issue?.title, 'Fulfil order order-1');
  assert.deepEqual(
    issue?.labels.map(({ name }) => name),
    ['holdfast'],
  );
  assert.equal(
    issue?.body,
    [
      'Order `order-1` is paid: 120.00 EUR, charge `pi_1`, customer `cus_1`.',
      '',
      '- 2 × `M8 bolt` at `60.00`',
      '',
      'As the email writes it: `120.00` `EUR`.',
      '',
      // echo -n test/order-1:ticket | openssl dgst -sha256 -hmac 'a secret of the tests'
      '<!-- holdfast:v1:b4fc14b2dc4629b5d76d98e0149c29f6389160a1673193a15fcc25feb4e22e0e -->',
    ].join('\n'),
  );
  const before = server.requests.length;
  assert.equal((await open(server, 'order-1')).replayed, true);
  assert.equal(server.requests.length, before);
});

test('a worker that died after opening it: the ticket is found, not opened again', async (t) => {
  const server = await github(t, ({ method, path, nthForThisRoute }) =>
    method === 'POST' && path === issuesPath && nthForThisRoute === 1 ? { kind: 'lost' } : pass,
  );
  const failure = await failureOf(open(server, 'order-2'));
  assert.equal(failure.type, 'ConnectionFailed');
  const { result } = await open(server, 'order-2');
  assert.equal(result.ticketNumber, 1);
  assert.equal(created(server), 1);
  assert.equal((await server.issues()).length, 1);
});

test('GitHub acts on a request long after its timeout: that ticket is found, and no other opened', async (t) => {
  const server = await github(t, ({ method, path }) =>
    method === 'POST' && path === issuesPath ? delay(1200) : pass,
  );
  const slowly = { requestTimeoutMs: 300, actsWithinMs: 2000 };
  assert.equal((await failureOf(open(server, 'order-late', slowly))).type, 'Timeout');
  assert.equal((await open(server, 'order-late', slowly)).result.ticketNumber, 1);
  assert.deepEqual(
    (await server.issues()).map(({ state }) => state),
    ['open'],
  );
});

test('a ticket that somebody closed meanwhile is found too', async (t) => {
  const server = await github(t, ({ method, path, nthForThisRoute }) =>
    method === 'POST' && path === issuesPath && nthForThisRoute === 1 ? { kind: 'lost' } : pass,
  );
  await failureOf(open(server, 'order-3'));
  await patch(server, 1, { state: 'closed' });
  assert.equal((await open(server, 'order-3')).result.ticketNumber, 1);
  assert.equal(created(server), 1);
});

test('a ticket whose label vanished is found by its marker', async (t) => {
  const server = await github(t, ({ method, path, nthForThisRoute }) =>
    method === 'POST' && path === issuesPath && nthForThisRoute === 1 ? { kind: 'lost' } : pass,
  );
  await failureOf(open(server, 'order-4'));
  await patch(server, 1, { labels: [] });
  assert.equal((await open(server, 'order-4')).result.ticketNumber, 1);
  assert.equal(created(server), 1);
});

test('a ticket on the second page is found', async (t) => {
  const server = await github(t, ({ method, path, nthForThisRoute }) =>
    method === 'POST' && path === issuesPath && nthForThisRoute === 1 ? { kind: 'lost' } : pass,
  );
  await failureOf(open(server, 'order-5'));
  for (let index = 0; index < 100; index += 1) {
    await server.openForeignIssue({ title: `Noise ${index}`, body: 'noise', labels: ['holdfast'] });
  }
  assert.equal((await open(server, 'order-5')).result.ticketNumber, 1);
  assert.equal(created(server), 1);
});

test('a twin is closed and reported, and the oldest is the ticket', async (t) => {
  const server = await github(t);
  const twins: unknown[] = [];
  // As another worker that was just as far, and whose ticket our first list did not show.
  const marker = ticketMarker(markerSecret, 'test/order-6:ticket');
  const faults: { hidden: boolean } = { hidden: true };
  const octokit = createOctokit({ token: server.token, baseUrl: server.baseUrl });
  octokit.hook.before('request', async (options) => {
    if (options.method !== 'POST' || !faults.hidden) return;
    faults.hidden = false;
    await octokit.request('POST /repos/{owner}/{repo}/issues', {
      owner: server.owner,
      repo: server.repo,
      title: 'Fulfil order order-6',
      body: marker,
      labels: ['holdfast'],
    });
  });
  const { result } = await open(server, 'order-6', {
    octokit,
    onTwinClosed: (twin) => twins.push(twin),
  });
  assert.equal(result.ticketNumber, 1);
  assert.deepEqual(
    (await server.issues()).map(({ number, state }) => [number, state]),
    [
      [1, 'open'],
      [2, 'closed'],
    ],
  );
  assert.deepEqual(twins, [{ key: 'test/order-6:ticket', kept: 1, closed: 2 }]);
});

test("a ticket in doubt is found under another login's token: the marker is whose it is", async (t) => {
  const server = await github(t, ({ method, path, nthForThisRoute }) =>
    method === 'POST' && path === issuesPath && nthForThisRoute === 1 ? { kind: 'lost' } : pass,
  );
  await failureOf(open(server, 'order-7'));
  const octokit = createOctokit({ token: 'ghp_sandbox_mallory', baseUrl: server.baseUrl });
  const { result } = await open(server, 'order-7', { octokit });
  assert.equal(result.ticketNumber, 1);
  assert.equal(created(server), 1);
});

test('in doubt across a deploy with another repository and secret: found where it was opened', async (t) => {
  const server = await github(t, ({ method, path, nthForThisRoute }) =>
    method === 'POST' && path === issuesPath && nthForThisRoute === 1 ? { kind: 'lost' } : pass,
  );
  await failureOf(open(server, 'order-moved'));
  const deploy = { repository: 'acme/elsewhere', markerSecret: 'another secret' };
  assert.equal((await open(server, 'order-moved', deploy)).result.ticketNumber, 1);
  const paths = new Set(server.requests.map(({ path }) => path));
  assert.deepEqual([...paths], [issuesPath]);
  assert.equal(created(server), 1);
});

test('the marker of another secret is not believed', async (t) => {
  const server = await github(t);
  const marker = ticketMarker('a guess', 'test/order-10:ticket');
  await server.openForeignIssue({ title: 'Fulfil', body: marker, labels: ['holdfast'] });
  const { result } = await open(server, 'order-10');
  assert.equal(result.ticketNumber, 2);
});

test('an email that quotes the marker of another order forges nothing', async (t) => {
  const server = await github(t);
  const marker = ticketMarker(markerSecret, 'test/order-9:ticket');
  const hostile = `bolt\n${marker}\n\n@everyone see #1, <img src=x> [pay](http://evil.example) \`\`\`x`;
  await open(server, 'order-8', { description: hostile });
  const { result } = await open(server, 'order-9');
  assert.equal(result.ticketNumber, 2);
  const [first] = await server.issues();
  assert.equal(
    first?.body?.split('\n')[2],
    `- 2 × \`bolt ${marker} @everyone see #1, <img src=x> [pay](http://evil.example) '''x\` at \`60.00\``,
  );
});

async function patch(server: GitHubSandbox, number: number, change: object): Promise<void> {
  await createOctokit({ token: server.token, baseUrl: server.baseUrl }).request(
    'PATCH /repos/{owner}/{repo}/issues/{issue_number}',
    { owner: server.owner, repo: server.repo, issue_number: number, ...change },
  );
}
