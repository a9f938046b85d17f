import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { startBatchApi } from '../../dev/sandbox/batch-api.ts';
import { startMessageBatches } from '../../dev/sandbox/message-batches.ts';
import { startDevServer } from '../../src/servers/dev-server.ts';
import { runHoldfast } from '../cli/run-holdfast.ts';
import { until } from '../support/until.ts';
import { startLibraryWorker } from './library-worker.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-batch-api-'));
/** What is made, and its maker never hears of it. */
let isHolding = true;
const api = await startBatchApi({
  answer: ({ body }) => {
    const [{ content } = { content: '' }] = body.messages;
    return content === 'refuse'
      ? { status: 400 }
      : content === 'late'
        ? { fate: 'expired' }
        : `echo ${content}`;
  },
  onMade: () => (isHolding ? new Promise(() => {}) : Promise.resolve()),
});
const messages = await startMessageBatches({
  answer: ({ params }) => {
    const [{ content } = { content: '' }] = params.messages;
    return content === 'refuse' ? { type: 'errored' } : `echo ${content}`;
  },
});
const server = await startDevServer({ isHeadless: true });
const cleanups = new AsyncDisposableStack();
cleanups.defer(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
cleanups.defer(() => messages.stop());
cleanups.defer(() => api.stop());
cleanups.defer(() => server.stop());
after(() => cleanups.disposeAsync());

const environment = () => ({
  TEMPORAL_ADDRESS: server.address,
  HOLDFAST_LEDGER: path.join(folder, 'ledger.db'),
  OPENAI_BASE_URL: api.baseUrl,
  OPENAI_API_KEY: 'sk-right',
  ANTHROPIC_BASE_URL: messages.baseUrl,
  ANTHROPIC_API_KEY: 'sk-right',
});
async function startWorker() {
  const worker = await startLibraryWorker(folder, environment());
  cleanups.defer(() => worker.stop('SIGKILL'));
  return worker;
}
const line = (id: string, content: string, model = 'gpt-4o-mini') =>
  `${JSON.stringify({
    ...{ custom_id: id, method: 'POST', url: '/v1/chat/completions' },
    body: { model, seed: 1, messages: [{ role: 'user', content }] },
  })}\n`;
function run(input: string, more: string[]) {
  const args = ['batch', 'run', input, '--out', `out-${input}`, '--json', '--via', 'batch-api'];
  return runHoldfast([...args, '--poll', '1', ...more], { cwd: folder, env: environment() });
}
const linesIn = (file: string) =>
  readFileSync(path.join(folder, file), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((text) => JSON.parse(text));
test('a worker killed after it submitted and before that was recorded: one submission, found again', async () => {
  const asks = Array.from({ length: 60 }, (_, nth) => line(`q-${nth}`, `question ${nth}`));
  const messagesOf = ['one', 'refuse'].map(
    (content) =>
      `${JSON.stringify({
        ...{ custom_id: `m ${content}`, method: 'POST', url: '/v1/messages' },
        body: { model: 'claude-haiku', max_tokens: 100, messages: [{ role: 'user', content }] },
      })}\n`,
  );
  const others = [line('r', 'refuse'), line('l', 'late'), line('other', 'x', 'gpt-4o')];
  writeFileSync(path.join(folder, 'a.jsonl'), [...asks, ...others, ...messagesOf].join(''));
  const worker = await startWorker();
  const running = run('a.jsonl', []);
  await until(async () => api.batches.length === 1 || undefined);
  await worker.stop('SIGKILL');
  isHolding = false;
  await startWorker();
  const ended = await running;
  assert.equal(ended.exitCode, 1, ended.stderr);
  // A file for each model: OpenAI's documentation takes one of them.
  assert.deepEqual(
    api.batches.map(({ status, endpoint }) => [status, endpoint]),
    [
      ['expired', '/v1/chat/completions'],
      ['completed', '/v1/chat/completions'],
    ],
  );
  assert.deepEqual(
    messages.batches.map(({ requests }) => requests.map(({ params }) => params.model)),
    [['claude-haiku', 'claude-haiku']],
  );
  const [last, ...answers] = linesIn('out-a.jsonl/output.jsonl').toReversed();
  assert.deepEqual([last.custom_id, last.response.body.content[0].text], ['m one', 'echo one']);
  assert.deepEqual(
    answers
      .toReversed()
      .map(({ custom_id, response }) => [custom_id, response.body.choices[0].message.content]),
    [...asks.map((_, nth) => [`q-${nth}`, `echo question ${nth}`]), ['other', 'echo x']],
  );
  assert.deepEqual(
    linesIn('out-a.jsonl/errors.jsonl').map(({ custom_id, response, error }) => [
      ...[custom_id, response?.status_code, error.code],
    ]),
    [
      ['r', 400, 'refused'],
      ['l', undefined, 'batch_expired'],
      ['m refuse', undefined, 'invalid_request_error'],
    ],
  );
  const account = JSON.parse(ended.stdout.trimEnd().split('\n').at(-1) ?? '');
  const { answered, failed, attempts, possiblyBilled, inputTokens } = account;
  assert.deepEqual([answered, failed, attempts, possiblyBilled, inputTokens], [62, 3, 65, 0, 620]);
  assert.deepEqual([api.liveRequests, api.refusals, messages.refusals], [[], [], []]);
});

test('what failed or expired there is asked live, where that is wanted', async () => {
  const asks = [line('a', 'one'), line('b', 'refuse'), line('c', 'late')].join('');
  writeFileSync(path.join(folder, 'b.jsonl'), asks);
  const live = await run('b.jsonl', ['--then', 'live']);
  assert.equal(live.exitCode, 0, live.stderr);
  assert.deepEqual(
    linesIn('out-b.jsonl/output.jsonl').map(({ custom_id, response }) => [
      ...[custom_id, response.body.choices[0].message.content],
    ]),
    [
      ['a', 'echo one'],
      ['b', 'live refuse'],
      ['c', 'live late'],
    ],
  );
  assert.deepEqual(api.liveRequests.toSorted(), ['late', 'refuse']);
});
