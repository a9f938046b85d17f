import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { gatewayWorld } from './gateway-world.ts';

// Nothing is asked of a provider here, and no workflow runs: what is uploaded, listed, refused.
const world = await gatewayWorld('http://127.0.0.1:1');
after(() => world.close());
const one = await world.keys.add('one', {});
const other = await world.keys.add('other', {});

const formOf = (fields: Readonly<Record<string, string | Blob>>) => {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    if (typeof value === 'string') form.append(name, value);
    else form.append(name, value, 'asks.jsonl');
  }
  return form;
};
async function ask(key: string, path: string, init: RequestInit = {}) {
  const headers = { authorization: `Bearer ${key}`, ...init.headers };
  const answer = await fetch(`${world.url}/v1${path}`, { ...init, headers });
  const text = await answer.text();
  return { status: answer.status, text, body: text.startsWith('{') ? JSON.parse(text) : {} };
}
const upload = (key: string, fields: Readonly<Record<string, string | Blob>>) =>
  ask(key, '/files', { method: 'POST', body: formOf(fields) });
const create = (key: string, body: object, headers: Record<string, string> = {}) =>
  ask(key, '/batches', { method: 'POST', body: JSON.stringify(body), headers });
const batchOf = (input_file_id: string) => ({
  ...{ input_file_id, endpoint: '/v1/chat/completions', completion_window: '24h' },
});

test('the fields of a form may come in any order; the file comes back byte for byte', async () => {
  const content = Buffer.from(Array.from({ length: 2_500_000 }, (_, nth) => nth % 251));
  const { body, status } = await upload(one.key, { file: new Blob([content]), purpose: 'batch' });
  assert.deepEqual([status, body.bytes, body.purpose], [200, 2_500_000, 'batch']);
  const answer = await fetch(`${world.url}/v1/files/${body.id}/content`, {
    headers: { authorization: `Bearer ${one.key}` },
  });
  assert.equal(Buffer.compare(Buffer.from(await answer.arrayBuffer()), content), 0);
});

test('a tenant sees, reads, deletes and runs nothing of another one', async () => {
  const { body: file } = await upload(one.key, { purpose: 'batch', file: new Blob(['{}']) });
  const { body: batch } = await create(one.key, batchOf(file.id));
  assert.equal(batch.status, 'validating');
  for (const [method, path] of [
    ...[['GET', `/files/${file.id}`] as const, ['GET', `/files/${file.id}/content`] as const],
    ...[['DELETE', `/files/${file.id}`] as const, ['GET', `/batches/${batch.id}`] as const],
    ['POST', `/batches/${batch.id}/cancel`] as const,
  ]) {
    assert.equal((await ask(other.key, path, { method })).status, 404, path);
  }
  assert.equal((await create(other.key, batchOf(file.id))).status, 404);
  for (const path of ['/files', '/batches', `/files?after=${file.id}`]) {
    assert.deepEqual((await ask(other.key, path)).body.data, [], path);
  }
  assert.equal((await ask(one.key, `/files/${file.id}`)).status, 200);
});

test('pages go on after the last one, newest first or oldest first', async () => {
  const { key } = await world.keys.add('pages', {});
  const ids: string[] = [];
  for (const nth of [1, 2, 3]) {
    const { body } = await upload(key, { purpose: 'batch', file: new Blob([`${nth}`]) });
    ids.push(body.id);
    await sleep(2);
  }
  const first = (await ask(key, '/files?limit=2')).body;
  assert.deepEqual(
    [first.data.map(({ id }: { id: string }) => id), first.has_more, first.last_id],
    [[ids[2], ids[1]], true, ids[1]],
  );
  const second = (await ask(key, `/files?limit=2&after=${first.last_id}`)).body;
  assert.deepEqual([second.first_id, second.has_more, second.data.length], [ids[0], false, 1]);
  assert.equal((await ask(key, '/files?order=asc&limit=1')).body.first_id, ids[0]);
  assert.deepEqual((await ask(key, '/files?purpose=batch_output')).body.data, []);
  assert.equal((await ask(key, '/files?limit=0')).body.error.param, 'limit');
});

test('a batch that is asked for again, by its key or by an SDK, is the same one', async () => {
  const { body: file } = await upload(one.key, { purpose: 'batch', file: new Blob(['{}']) });
  const named = { 'idempotency-key': 'night-27' };
  const first = await create(one.key, batchOf(file.id), named);
  const second = await create(one.key, batchOf(file.id), named);
  assert.equal(second.body.id, first.body.id);
  const retried = await create(one.key, batchOf(file.id), { 'x-stainless-retry-count': '1' });
  assert.equal(retried.body.id, first.body.id);
  const anew = await create(one.key, batchOf(file.id));
  assert.notEqual(anew.body.id, first.body.id);
  const { body: another } = await upload(one.key, { purpose: 'batch', file: new Blob(['{}']) });
  const reused = await create(one.key, batchOf(another.id), named);
  assert.deepEqual([reused.status, reused.body.error.code], [422, 'IdempotencyKeyReused']);
});

test('a key with a budget makes batches: its lines are charged to it', async () => {
  const budget = { amount: '5', currency: 'usd', per: 'day' } as const;
  const { id, key } = await world.keys.add('thrifty', { budget });
  const { body: file } = await upload(key, { purpose: 'batch', file: new Blob(['{}']) });
  const { status, body } = await create(key, batchOf(file.id));
  assert.equal(status, 200);
  const { settings = '{}' } = (await world.batches.read(body.id)) ?? {};
  assert.deepEqual(JSON.parse(settings).budget, { ...budget, keyId: id });
});

test('what is asked wrongly is refused by its name, and nothing is kept of it', async () => {
  const { key } = await world.keys.add('refused', {});
  const file = new Blob(['{}']);
  const refused: readonly (readonly [Awaited<ReturnType<typeof ask>>, number, string | null])[] = [
    [await upload(key, { purpose: 'fine-tune', file }), 400, 'purpose'],
    [await upload(key, { purpose: 'batch' }), 400, 'file'],
    [await upload(key, { purpose: 'batch', file: new Blob(['x'.repeat(3_000_001)]) }), 413, 'file'],
    [
      await upload(key, { purpose: 'batch', file, 'expires_after[seconds]': '9' }),
      ...([400, 'expires_after'] as const),
    ],
    [await ask(key, '/files', { method: 'POST', body: '{}' }), 400, null],
    [await create(key, {}), 400, 'input_file_id'],
    [await create(key, { ...batchOf('file-1'), endpoint: '/v1/images' }), 400, 'endpoint'],
    [
      await create(key, { ...batchOf('file-1'), completion_window: '0h' }),
      400,
      'completion_window',
    ],
    [await create(key, { ...batchOf('file-1'), metadata: { a: 1 } }), 400, 'metadata'],
    [await create(key, batchOf('file-1')), 404, 'input_file_id'],
  ];
  for (const [{ status, body, text }, expected, param] of refused) {
    assert.deepEqual([status, body.error?.param ?? null], [expected, param], text);
  }
  assert.deepEqual((await ask(key, '/files')).body.data, []);
});

test('a file may take its time, as long as it comes; one that stops is given up', async () => {
  const send = async (distanceMs: number, pieces: number) => {
    const boundary = 'b0undary';
    const head = (name: string) =>
      `--${boundary}\r\ncontent-disposition: form-data; name="${name}"`;
    const request = httpRequest(`${world.url}/v1/files`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${one.key}`,
        'content-type': `multipart/form-data; boundary=${boundary}`,
      },
    });
    const answered = new Promise<number>((resolve) => {
      request.on('response', (response) => resolve(response.statusCode ?? 0));
      request.on('error', () => resolve(0));
    });
    request.write(`${head('purpose')}\r\n\r\nbatch\r\n${head('file')}; filename="a.jsonl"\r\n\r\n`);
    for (let nth = 0; nth < pieces && !request.destroyed; nth += 1) {
      request.write('x');
      await sleep(distanceMs);
    }
    request.end(`\r\n--${boundary}--\r\n`);
    return answered;
  };
  // The world allows three seconds for any other request, and as long without a byte.
  assert.deepEqual(await Promise.all([send(250, 18), send(4000, 2)]), [200, 0]);
});
