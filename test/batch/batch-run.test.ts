import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { type ModelProvider, startModelProvider } from '../../dev/sandbox/model-provider.ts';
import { findProgram } from '../../src/servers/find-program.ts';
import { temporalCli } from '../../src/servers/temporal-cli.ts';
import { runHoldfast, startHoldfast } from '../cli/run-holdfast.ts';
import { until } from '../support/until.ts';

const root = path.join(import.meta.dirname, '..', '..');
const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-batch-run-'));
const output = path.join(folder, 'out', 'output.jsonl');
const errors = path.join(folder, 'out', 'errors.jsonl');
let provider: ModelProvider;
let temporal: string;

before(async () => {
  temporal = await findProgram(temporalCli);
  provider = await startModelProvider({
    validKeys: ['sk-right'],
    knownModels: ['gpt-4o-mini'],
    async answer({ messages }) {
      await sleep(100);
      return `echo ${messages.at(-1)?.text}`;
    },
  });
});
after(async () => {
  await provider?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const line = (nth: number, model = 'gpt-4o-mini') =>
  `${JSON.stringify({
    custom_id: `q-${nth}`,
    method: 'POST',
    url: '/v1/chat/completions',
    body: { model, messages: [{ role: 'user', content: `question ${nth}` }] },
  })}\n`;

const args = ['batch', 'run', 'input.jsonl', '--out', 'out', '--concurrency', '8', '--json'];
/** Runs the batch in a process of its own, which can be ended. */
const start = (flags: readonly string[]) =>
  startHoldfast([...args, ...flags], { cwd: folder, env: environment(), timeoutMs: 90_000 });
const run = (flags: readonly string[] = [], more = {}) =>
  runHoldfast([...args, ...flags], { cwd: folder, env: { ...environment(), ...more } });

const environment = () => ({
  HOLDFAST_TEMPORAL_CLI: temporal,
  OPENAI_BASE_URL: provider.baseUrl,
  OPENAI_API_KEY: 'sk-right',
});

test('the quick start of the README', async () => {
  const readme = readFileSync(path.join(root, 'README.md'), 'utf8');
  const [, block = ''] = /```sh\n(echo '\{"custom_id"[\s\S]*?)```/.exec(readme) ?? [];
  assert.equal(linesOf(block).length, 3);
  const holdfast = `${process.execPath} ${path.join(root, 'src', 'holdfast.ts')}`;
  const cwd = mkdtempSync(path.join(folder, 'quick-'));
  const shown = await execa('sh', ['-ec', block.replace('npx holdfast', holdfast)], {
    ...{ cwd, reject: false, extendEnv: false },
    env: { PATH: process.env.PATH ?? '', HOME: '/nonexistent', ...environment() },
  });
  assert.equal(shown.exitCode, 0, shown.stderr);
  assert.match(shown.stdout, /^1 answered, 0 failed, 1 requests: results\/output.jsonl$/m);
  const { custom_id, response } = JSON.parse(linesOf(shown.stdout).at(-1) ?? '');
  assert.deepEqual([custom_id, response.body.choices[0].message.content], ['1', 'echo Say hello']);
});

const linesOf = (text: string) => text.trimEnd().split('\n');
const parsed = (file: string) =>
  linesOf(readFileSync(file, 'utf8')).map((text) => JSON.parse(text));
const answersAtProvider = () =>
  provider.requestsFor('batch-out-').filter(({ status }) => status === 200).length;

test('Ctrl-C loses nothing; kill -9 sends at most what was in flight again; a grown file sends what is new', async () => {
  const input = path.join(folder, 'input.jsonl');
  writeFileSync(input, Array.from({ length: 60 }, (_, nth) => line(nth + 1)).join(''));

  const price = { inputPerMillion: '1000', outputPerMillion: '1000', currency: 'usd' };
  const prices = JSON.stringify({ 'openai:gpt-4o-mini': price });
  const priced = ['--set', `model.prices=${prices}`];
  const unpriced = await run(['--max-cost', '5usd']);
  assert.equal(unpriced.exitCode, 2);
  assert.match(unpriced.stderr, /needs the price of each model in usd, and openai:gpt-4o-mini has/);

  const list = () => runHoldfast(['batch', 'list', '--json'], { cwd: folder, env: environment() });
  // Ctrl-C lets end what is under way: nothing of it is lost, nor paid twice.
  const interrupted = start(priced);
  await until(async () => answersAtProvider() >= 8 || undefined);
  interrupted.kill('SIGINT');
  assert.equal((await interrupted).exitCode, 130);
  const [stopped] = JSON.parse((await list()).stdout);
  assert.deepEqual([stopped.answered, stopped.possiblyBilled], [answersAtProvider(), 0]);

  const killed = start(priced);
  await until(async () => answersAtProvider() >= 30 || undefined);
  killed.kill('SIGKILL');
  await killed;

  writeFileSync(input, Array.from({ length: 70 }, (_, nth) => line(nth + 1)).join(''));
  writeFileSync(input, line(71, 'gpt-unknown'), { flag: 'a' });
  const ended = await run(priced);
  assert.equal(ended.exitCode, 1, ended.stderr);
  const account = JSON.parse(linesOf(ended.stdout).at(-1) ?? '');
  assert.deepEqual(
    parsed(output).map(({ custom_id, response, error }) => [
      ...[custom_id, response.status_code, error],
      response.body.choices[0].message.content,
    ]),
    Array.from({ length: 70 }, (_, nth) => [
      ...[`q-${nth + 1}`, 200, null],
      `echo question ${nth + 1}`,
    ]),
  );
  assert.deepEqual(
    parsed(errors).map(({ custom_id, error, response }) => [
      ...[custom_id, error.code, response.status_code],
    ]),
    [['q-71', 'ModelNotFound', 404]],
  );
  const { total, answered, failed, possiblyBilled, costNano, inputTokens, outputTokens } = account;
  assert.equal(costNano, (inputTokens + outputTokens) * 1e6);
  assert.deepEqual([total, answered, failed], [71, 70, 1]);
  assert.ok(possiblyBilled <= 8, `${possiblyBilled} possibly billed`);
  // Of those lost with the process some had not left it yet.
  const again = answersAtProvider() - 70;
  assert.ok(again >= 0 && again <= possiblyBilled, `${again} answered twice of ${possiblyBilled}`);
  assert.equal(existsSync(path.join(folder, 'out', 'output.partial.jsonl')), false);

  // Where results cannot be written, nothing of them is lost.
  rmSync(errors);
  mkdirSync(errors);
  const unwritten = await run();
  assert.equal(unwritten.exitCode, 2, unwritten.stderr);
  assert.match(unwritten.stderr, /results cannot be written to out: .* All answers are kept/);
  assert.deepEqual(readdirSync(path.dirname(errors)), ['errors.jsonl', 'output.jsonl']);

  // Another ledger knows nothing of these results: nothing is paid again, nor written over.
  const refusedThere = await run([], { HOLDFAST_LEDGER: 'other.db' });
  assert.equal(refusedThere.exitCode, 5, refusedThere.stderr);
  assert.match(refusedThere.stderr, /holds output.jsonl of a batch that this ledger does not know/);
  assert.equal(parsed(output).length, 70);
});
