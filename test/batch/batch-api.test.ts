import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { startBatchApi } from '../../dev/sandbox/batch-api.ts';
import { findProgram } from '../../src/servers/find-program.ts';
import { temporalCli } from '../../src/servers/temporal-cli.ts';
import { startHoldfast } from '../cli/run-holdfast.ts';
import { until } from '../support/until.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-batch-api-'));
const temporal = await findProgram(temporalCli);
let isHolding = true;
const api = await startBatchApi({
  answer: ({ body }) => {
    const [{ content } = { content: '' }] = body.messages;
    return content === 'refuse'
      ? { status: 400 }
      : content === 'late'
        ? 'expired'
        : `echo ${content}`;
  },
  // The first one is made, and its maker never hears of it.
  onMade: () => (isHolding ? new Promise(() => {}) : Promise.resolve()),
});
after(async () => {
  await api.stop();
  rmSync(folder, { recursive: true, force: true });
});

const line = (id: string, content: string, model = 'gpt-4o-mini') =>
  `${JSON.stringify({
    ...{ custom_id: id, method: 'POST', url: '/v1/chat/completions' },
    body: { model, seed: 1, messages: [{ role: 'user', content }] },
  })}\n`;
function run(input: string, more: string[]) {
  const args = ['batch', 'run', input, '--out', `out-${input}`, '--json', '--via', 'batch-api'];
  const env = {
    HOLDFAST_TEMPORAL_CLI: temporal,
    OPENAI_BASE_URL: api.baseUrl,
    OPENAI_API_KEY: 'sk-right',
  };
  return startHoldfast([...args, '--poll', '1', ...more], { cwd: folder, env, timeoutMs: 120_000 });
}
const linesIn = (file: string) =>
  readFileSync(path.join(folder, file), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((text) => JSON.parse(text));
const answersIn = (file: string) =>
  linesIn(file).map(({ custom_id, response }) => [
    custom_id,
    response.body.choices[0].message.content,
  ]);

test('killed after it was submitted and before that was recorded: one submission, found again', async () => {
  const asks = Array.from({ length: 60 }, (_, nth) => line(`q-${nth}`, `question ${nth}`));
  writeFileSync(path.join(folder, 'a.jsonl'), [...asks, line('other', 'x', 'gpt-4o')].join(''));
  const killed = run('a.jsonl', []);
  await until(async () => api.batches.length === 1 || undefined);
  killed.kill('SIGKILL');
  await killed;
  isHolding = false;
  const ended = await run('a.jsonl', []);
  assert.equal(ended.exitCode, 0, ended.stderr);
  // A file for each model: the documentation takes one of them.
  assert.deepEqual(
    api.batches.map(({ status, endpoint }) => [status, endpoint]),
    [
      ['completed', '/v1/chat/completions'],
      ['completed', '/v1/chat/completions'],
    ],
  );
  assert.deepEqual(answersIn('out-a.jsonl/output.jsonl'), [
    ...asks.map((_, nth) => [`q-${nth}`, `echo question ${nth}`]),
    ['other', 'echo x'],
  ]);
  const account = JSON.parse(ended.stdout.trimEnd().split('\n').at(-1) ?? '');
  const { answered, failed, attempts, possiblyBilled, inputTokens } = account;
  assert.deepEqual([answered, failed, attempts, possiblyBilled, inputTokens], [61, 0, 61, 0, 610]);
  assert.deepEqual([api.liveRequests, api.refusals], [[], []]);
});

test('what failed or expired there is an error of its line, or is asked live', async () => {
  const asks = [line('a', 'one'), line('b', 'refuse'), line('c', 'late')].join('');
  writeFileSync(path.join(folder, 'b.jsonl'), asks);
  const told = await run('b.jsonl', []);
  assert.equal(told.exitCode, 1, told.stderr);
  assert.deepEqual(
    linesIn('out-b.jsonl/errors.jsonl').map(({ custom_id, response, error }) => [
      ...[custom_id, response?.status_code, error.code],
    ]),
    [
      ['b', 400, 'refused'],
      ['c', undefined, 'batch_expired'],
    ],
  );
  writeFileSync(path.join(folder, 'c.jsonl'), asks);
  const live = await run('c.jsonl', ['--then', 'live']);
  assert.equal(live.exitCode, 0, live.stderr);
  assert.deepEqual(answersIn('out-c.jsonl/output.jsonl'), [
    ['a', 'echo one'],
    ['b', 'live refuse'],
    ['c', 'live late'],
  ]);
  assert.deepEqual(api.liveRequests.toSorted(), ['late', 'refuse']);
});
