import assert from 'node:assert/strict';
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeEach, describe, test } from 'node:test';
import { execa } from 'execa';
import OpenAI, { toFile } from 'openai';
import { pythonWith } from '../../dev/servers/python-packages.ts';
import { clientBatchStore } from '../../src/batch/files/client-batch-store.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import { completion, literally } from '../calls/literal-server.ts';
import { runHoldfast } from '../cli/run-holdfast.ts';
import { until } from '../support/until.ts';
import type { GatewayProcesses } from './gateway-processes.ts';

const python = await pythonWith('openai==3.57.0');

const line = (id: string, content: string, more = {}) =>
  JSON.stringify({
    ...{ custom_id: id, method: 'POST', url: '/v1/chat/completions' },
    body: { model: 'openai:gpt-4o', messages: [{ role: 'user', content }] },
    ...more,
  });

/** `/v1/files` and `/v1/batches`, as the clients that OpenAI makes use them. */
export function realBatches({ provider, url, env }: GatewayProcesses): void {
  const openai = new OpenAI({ baseURL: `${url}/v1`, apiKey: 'any' });
  const upload = async (text: string) =>
    openai.files.create({ file: await toFile(Buffer.from(text), 'asks.jsonl'), purpose: 'batch' });
  const create = (input_file_id: string, more = {}) =>
    openai.batches.create({
      ...{ input_file_id, endpoint: '/v1/chat/completions', completion_window: '24h', ...more },
    });
  const ended = (id: string) =>
    until(async () => {
      const batch = await openai.batches.retrieve(id);
      const isOpen = ['validating', 'in_progress', 'finalizing', 'cancelling'];
      return isOpen.includes(batch.status) ? undefined : batch;
    });
  const linesOf = async (id: string | undefined) =>
    (await (await openai.files.content(id ?? '')).text())
      .trimEnd()
      .split('\n')
      .map((text) => JSON.parse(text));

  describe('a batch of a real client', () => {
    let release = () => {};
    const held = new Promise<void>((done) => {
      release = done;
    });
    /** Echoes; refuses or limits what says so; some it holds until it is told. */
    beforeEach(() =>
      provider.answer(async (request, response, body) => {
        const { content } = JSON.parse(body).messages[0];
        if (content === 'hold') await held;
        if (content === 'later') {
          return literally(429, {}, { 'retry-after': '3' })(request, response, body);
        }
        if (content === 'refuse') {
          return literally(400, { error: { message: 'no', code: null } })(request, response, body);
        }
        const answer = completion(`echo ${content}`);
        const details = { prompt_tokens_details: { cached_tokens: 4 } };
        const usage = { ...(answer.usage as object), ...details };
        literally(200, { ...answer, usage })(request, response, body);
      }),
    );

    test("OpenAI's for Node: uploaded, run, read, listed, deleted", async () => {
      const text = `${line('a', 'one')}\r\n\n${line('b', 'refuse')}\n${line('c', 'Größe ☃')}`;
      const path = join(mkdtempSync(join(tmpdir(), 'holdfast-asks-')), 'asks.jsonl');
      writeFileSync(path, text);
      const file = await openai.files.create({ file: createReadStream(path), purpose: 'batch' });
      const batch = await openai.batches.create({
        input_file_id: file.id,
        endpoint: '/v1/chat/completions',
        completion_window: '24h',
      });
      rmSync(dirname(path), { recursive: true });
      assert.deepEqual(
        [file.object, file.bytes, file.filename, file.purpose, file.status],
        ['file', Buffer.byteLength(text), 'asks.jsonl', 'batch', 'processed'],
      );
      assert.equal(await (await openai.files.content(file.id)).text(), text);
      assert.deepEqual([batch.status, batch.object], ['validating', 'batch']);
      assert.equal(batch.expires_at, batch.created_at + 24 * 3600);
      await checkEnd(await ended(batch.id), file.id);
    });

    /** Of the file above. */
    async function checkEnd(batch: OpenAI.Batch, file: string): Promise<void> {
      assert.deepEqual(
        [batch.status, batch.endpoint, batch.completion_window, batch.metadata, batch.errors],
        ['completed', '/v1/chat/completions', '24h', null, null],
      );
      assert.deepEqual(batch.request_counts, { total: 3, completed: 2, failed: 1 });
      assert.equal(batch.model, 'openai:gpt-4o');
      assert.deepEqual(batch.usage, {
        ...{ input_tokens: 22, output_tokens: 14, total_tokens: 36 },
        input_tokens_details: { cached_tokens: 8 },
        output_tokens_details: { reasoning_tokens: 0 },
      });
      const times = [
        ...[batch.created_at, batch.in_progress_at, batch.finalizing_at, batch.completed_at],
      ].map(Number);
      assert.deepEqual(times, times.toSorted());
      assert.equal(batch.failed_at ?? batch.expired_at ?? batch.cancelled_at, null);
      const results = await linesOf(batch.output_file_id);
      assert.deepEqual(
        results.map(({ custom_id, response, error }) => [
          ...[custom_id, response.status_code, response.body.choices[0].message.content, error],
        ]),
        [
          ['a', 200, 'echo one', null],
          ['c', 200, 'echo Größe ☃', null],
        ],
      );
      const [refused] = await linesOf(batch.error_file_id);
      assert.deepEqual(
        [refused.custom_id, refused.response.status_code, refused.response.body.error.message],
        ['b', 400, 'no'],
      );
      const output = await openai.files.retrieve(batch.output_file_id ?? '');
      const bytes = (await (await openai.files.content(output.id)).arrayBuffer()).byteLength;
      assert.deepEqual([output.purpose, output.bytes], ['batch_output', bytes]);
      assert.equal(provider.seen.length, 3);

      const shown = await runHoldfast(['batch', 'status', batch.id, '--json'], { env });
      assert.equal(shown.exitCode, 0, shown.stderr);
      const { state, answered, failed } = JSON.parse(shown.stdout);
      assert.deepEqual([state, answered, failed], ['ended', 2, 1]);

      const seen: string[] = [];
      for await (const each of openai.files.list({ limit: 1, order: 'asc' })) seen.push(each.id);
      // Those of results may be of one millisecond.
      assert.deepEqual(seen.toSorted(), [file, output.id, batch.error_file_id].toSorted());
      assert.equal((await openai.batches.list({ limit: 1 })).data[0]?.id, batch.id);
      assert.deepEqual(await openai.files.delete(output.id), {
        ...{ id: output.id, object: 'file', deleted: true },
      });
      await assert.rejects(openai.files.content(output.id), { status: 404 });
    }

    test('one whose gateway died before its workflow was started is started by another one', async () => {
      const { id: input_file_id } = await upload(line('a', 'one'));
      const opened = openDatabase({ sqliteFile: env.HOLDFAST_LEDGER ?? '' });
      const { id } = await clientBatchStore(opened).create({
        ...{ id: 'batch_left', tenant: 'default', input_file_id, endpoint: '/v1/chat/completions' },
        ...{ completion_window: '24h', windowMs: 60_000, metadata: null },
        ...{ models: null, files_expire_after_ms: null },
      });
      await opened.database.destroy();
      assert.equal((await ended(id)).status, 'completed');
    });

    test('what is wrong with a file is told by its lines, and nothing is sent', async () => {
      const { id } = await upload(
        [
          line('a', 'one'),
          '{"custom_id":',
          line('a', 'two'),
          line('b', 'x', { url: '/v1/embeddings' }),
          line('c', 'x', { method: 'GET' }),
          line('d', 'x', { body: { messages: [] } }),
        ].join('\n'),
      );
      const batch = await ended((await create(id)).id);
      assert.equal(batch.status, 'failed');
      assert.ok(batch.failed_at);
      assert.deepEqual(batch.request_counts, { total: 0, completed: 0, failed: 0 });
      const told = batch.errors?.data?.map(({ line, code, param }) => [line, code, param]) ?? [];
      assert.deepEqual(
        told.toSorted(([one], [other]) => Number(one) - Number(other)),
        [
          [2, 'invalid_json_line', null],
          [3, 'duplicate_custom_id', 'custom_id'],
          [4, 'invalid_url', 'url'],
          [5, 'invalid_method', 'method'],
          [6, 'missing_required_parameter', 'body.model'],
        ],
      );
      assert.equal(provider.seen.length, 0);
    });

    test("OpenAI's for Python: a file is uploaded, run, read, deleted", {
      skip: 'reason' in python && python.reason,
    }, async () => {
      assert.ok('python' in python);
      const script = join(import.meta.dirname, 'python_batch.py');
      const { stdout } = await execa(python.python, [script, `${url}/v1`], {
        ...{ env: { PATH: process.env.PATH }, extendEnv: false, stdin: 'ignore' },
      });
      assert.deepEqual(JSON.parse(stdout), {
        file: ['processed', 'batch', 300],
        completed: ['completed', 300, 0],
        answered: 300,
        expires: 3600,
        batches: true,
        inputs: true,
        unknown: [404, 'id'],
        window: [400, 'completion_window'],
        deleted: true,
      });
      assert.equal(provider.seen.length, 300);
    });

    test('cancelled: what is under way ends and is kept, the rest says batch_cancelled', async () => {
      const { id } = await upload(
        [line('a', 'one'), line('b', 'hold'), line('c', 'later')].join('\n'),
      );
      const made = await create(id, { metadata: { night: '27' } });
      await until(async () => {
        const { request_counts } = await openai.batches.retrieve(made.id);
        return (request_counts?.completed === 1 && provider.seen.length === 3) || undefined;
      });
      const cancelling = await openai.batches.cancel(made.id);
      assert.equal(cancelling.status, 'cancelling');
      assert.ok(cancelling.cancelling_at);
      release();
      const batch = await ended(made.id);
      assert.deepEqual(
        [batch.status, batch.metadata, batch.request_counts],
        ['cancelled', { night: '27' }, { total: 3, completed: 2, failed: 1 }],
      );
      const results = await linesOf(batch.output_file_id);
      assert.deepEqual(
        results.map(({ custom_id }) => custom_id),
        ['a', 'b'],
      );
      const [left] = await linesOf(batch.error_file_id);
      assert.deepEqual(
        [left.custom_id, left.response, left.error.code],
        ['c', null, 'batch_cancelled'],
      );
      assert.equal((await openai.batches.cancel(made.id)).status, 'cancelled');
      assert.equal(provider.seen.length, 3);
    });

    test('expired: the window is over, the rest says batch_expired', async () => {
      const { id } = await upload(line('a', 'later'));
      const batch = await ended((await create(id, { completion_window: '2s' })).id);
      assert.equal(batch.status, 'expired');
      assert.ok(batch.expired_at);
      const [left] = await linesOf(batch.error_file_id);
      assert.deepEqual([left.custom_id, left.error.code], ['a', 'batch_expired']);
    });
  });
}
