import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { Octokit } from '@octokit/core';
import { paginateRest } from '@octokit/plugin-paginate-rest';
import {
  type GitHubSandbox,
  type GitHubSandboxOptions,
  startGitHub,
} from '../../../dev/sandbox/github.ts';

const PagingOctokit = Octokit.plugin(paginateRest);
let sandbox: GitHubSandbox;
let octokit: InstanceType<typeof PagingOctokit>;
async function start(options: GitHubSandboxOptions = {}) {
  sandbox = await startGitHub(options);
  octokit = new PagingOctokit({ baseUrl: sandbox.baseUrl, auth: sandbox.token });
}
const inRepo = () => ({ owner: sandbox.owner, repo: sandbox.repo });
const open = (title: string) =>
  octokit.request('POST /repos/{owner}/{repo}/issues', {
    ...inRepo(),
    title,
    body: 'Fulfil it. <!-- marker -->',
    labels: ['holdfast'],
  });
const issuesOverPages = () =>
  octokit.paginate('GET /repos/{owner}/{repo}/issues', {
    ...inRepo(),
    state: 'all',
    labels: 'holdfast',
    per_page: 2,
  });
afterEach(() => sandbox.stop());

describe('the GitHub of the sandbox', () => {
  it('keeps issues with labels, and lists all states over all pages through the front', async () => {
    await start();
    for (const title of ['one', 'two', 'three']) await open(title);
    await octokit.request('PATCH /repos/{owner}/{repo}/issues/{issue_number}', {
      ...inRepo(),
      issue_number: 2,
      state: 'closed',
    });
    const listed = await issuesOverPages();
    assert.deepEqual(
      listed.map(({ number, state, user, body }) => [number, state, user?.login, body]),
      [
        [3, 'open', 'holdfast-bot', 'Fulfil it. <!-- marker -->'],
        [2, 'closed', 'holdfast-bot', 'Fulfil it. <!-- marker -->'],
        [1, 'open', 'holdfast-bot', 'Fulfil it. <!-- marker -->'],
      ],
    );
    assert.ok(listed[0]?.html_url.startsWith(`${sandbox.baseUrl}/acme/fulfilment/`));
    const reads = sandbox.requests.filter(({ method }) => method === 'GET');
    assert.equal(reads.length, 2, 'the second page was asked of the front too');
    assert.deepEqual(
      (await sandbox.issues()).map(({ number, title, state }) => [number, title, state]),
      [
        [1, 'one', 'open'],
        [2, 'two', 'closed'],
        [3, 'three', 'open'],
      ],
    );
  });

  it('shows who opened an issue: a foreign one is told apart by its creator', async () => {
    await start();
    const number = await sandbox.openForeignIssue({
      title: 'mine',
      body: '<!-- marker -->',
      labels: ['holdfast'],
    });
    const listed = await issuesOverPages();
    assert.deepEqual(
      listed.map((issue) => [issue.number, issue.user?.login, issue.body]),
      [[number, 'mallory', '<!-- marker -->']],
    );
  });

  it('refuses a bad token, on reading too', async () => {
    await start();
    const stranger = new Octokit({ baseUrl: sandbox.baseUrl, auth: 'ghp_wrong' });
    await assert.rejects(stranger.request('GET /repos/{owner}/{repo}/issues', inRepo()), {
      status: 401,
    });
  });

  it('loses the connection after the issue was opened', async () => {
    await start({
      faults: ({ method, nthForThisRoute }) => ({
        kind: method === 'POST' && nthForThisRoute === 1 ? 'lost' : 'pass',
      }),
    });
    await assert.rejects(open('one'));
    assert.equal((await sandbox.issues()).length, 1);
    assert.deepEqual(
      sandbox.requests.map(({ method, fault, status }) => [method, fault, status]),
      [['POST', 'lost', undefined]],
    );
    assert.equal((await open('two')).status, 201);
    assert.equal((await sandbox.issues()).length, 2);
  });
});
