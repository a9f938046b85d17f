import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { literalServer } from '../calls/literal-server.ts';
import { gatewayWorld } from './gateway-world.ts';
import { readWithFetch, readWithSdk, slowProvider } from './long-streams.ts';

// In times that a suite has; `npm run test:long-streams` has the real ones.

const provider = await literalServer();
provider.answer(slowProvider);
const world = await gatewayWorld(provider.baseUrl, () => ({ keepAliveMs: 50 }));
after(async () => {
  await world.close();
  await provider.close();
});

test('an answer that begins late: comments until then, which no client takes for content', async () => {
  const [text, { comments, received, sent }] = await Promise.all([
    readWithSdk(world.url, 'openai:quiet-400'),
    readWithFetch(world.url, 'openai:quiet-401', 3),
  ]);
  assert.equal(text, '0 1 2 ');
  assert.ok(comments > 0, 'nothing kept the connection alive');
  assert.equal(received, sent);
});

test('an answer that takes long, a piece now and then, comes byte for byte', async () => {
  const { received, sent } = await readWithFetch(world.url, 'openai:steady-30-20', 30);
  assert.equal(received, sent);
  assert.equal(provider.seen.length, 3);
});
