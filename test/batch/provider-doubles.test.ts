import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { startBatchApi } from '../../dev/sandbox/batch-api.ts';
import { startMessageBatches } from '../../dev/sandbox/message-batches.ts';

// A double that takes what the provider refuses would let a mistake of ours through.

const openai = await startBatchApi({ answer: () => 'well' });
const anthropic = await startMessageBatches({ answer: () => 'well' });
after(async () => {
  await openai.stop();
  await anthropic.stop();
});

const line = (custom_id: string, change: object = {}) =>
  JSON.stringify({
    ...{ custom_id, method: 'POST', url: '/v1/chat/completions' },
    ...{ body: { model: 'm', messages: [] }, ...change },
  });

test("OpenAI's refuses a file as documented", async () => {
  /** The code of what is wrong with a file of these lines. */
  async function codeOf(...lines: string[]): Promise<string | undefined> {
    const form = new FormData();
    form.append('purpose', 'batch');
    form.append('file', new Blob([lines.join('\n')]), 'asks.jsonl');
    const file = await fetch(`${openai.baseUrl}/files`, { method: 'POST', body: form });
    const { id: input_file_id } = (await file.json()) as { id: string };
    const asked = { input_file_id, endpoint: '/v1/chat/completions', completion_window: '24h' };
    const body = JSON.stringify(asked);
    const made = await fetch(`${openai.baseUrl}/batches`, { method: 'POST', body });
    const { id } = (await made.json()) as { id: string };
    const read = async () => {
      const answer = await fetch(`${openai.baseUrl}/batches/${id}`);
      return (await answer.json()) as { errors: { data: { code: string }[] } | null };
    };
    await read();
    return (await read()).errors?.data[0]?.code;
  }
  assert.equal(await codeOf(line('a'), line('b')), undefined);
  assert.equal(await codeOf(line('a'), line('a')), 'duplicate_custom_id');
  assert.equal(await codeOf(line('a'), line('b', { body: { model: 'n' } })), 'mismatched_model');
  assert.equal(await codeOf(line('a'), line('b', { url: '/v1/embeddings' })), 'invalid_url');
  assert.equal(await codeOf(line('a', { method: 'GET' })), 'invalid_url');
  assert.equal(await codeOf(), 'empty_file');
  const many = Array.from({ length: 50_001 }, (_, nth) => line(`${nth}`));
  assert.equal(await codeOf(...many), 'too_many_requests_in_file');
});

test("Anthropic's refuses a batch as documented", async () => {
  const asked = (custom_id: string, params: object = { max_tokens: 1, messages: [] }) => ({
    ...{ custom_id, params },
  });
  /** What is wrong with a batch of these requests. */
  async function problemOf(requests: readonly object[], headers = {}): Promise<string | undefined> {
    const answer = await fetch(`${anthropic.baseUrl}/messages/batches`, {
      method: 'POST',
      headers: { 'x-api-key': 'k', 'anthropic-version': '2023-06-01', ...headers },
      body: JSON.stringify({ requests }),
    });
    return ((await answer.json()) as { error?: { message: string } }).error?.message;
  }
  assert.equal(await problemOf([asked('a'), asked('b')]), undefined);
  assert.equal(await problemOf([asked('a'), asked('a')]), 'requests: custom_id must be unique');
  assert.equal(await problemOf([asked('a b')]), 'custom_id: a b');
  assert.equal(await problemOf([asked('a'.repeat(65))]), `custom_id: ${'a'.repeat(65)}`);
  assert.equal(await problemOf([asked('a'.repeat(64))]), undefined);
  assert.equal(await problemOf([asked('a', { messages: [] })]), 'params.max_tokens: at least 1');
  assert.equal(await problemOf([asked('a')], { 'x-api-key': '' }), 'x-api-key is required');
  const version = { 'anthropic-version': '2022' };
  assert.equal(await problemOf([asked('a')], version), 'anthropic-version is required');
  const many = Array.from({ length: 100_001 }, (_, nth) => asked(`${nth}`));
  assert.equal(await problemOf(many), 'requests: from 1 to 100000');
});
