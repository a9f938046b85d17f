// npm run test:long-streams [-- --only idle,long] [--idle 10000]: streams through the gateway, ten thousand
// of which nothing comes, and in the times that real answers take, six minutes.
import assert from 'node:assert/strict';
import { parseArgs } from 'node:util';
import { ensureTemporalServers } from '../../dev/servers/index.ts';
import { gatewayProcesses } from '../gateway/gateway-processes.ts';
import { readWithFetch, readWithSdk, slowProvider } from '../gateway/long-streams.ts';
import { idleStreams } from './idle.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: 'idle,long' },
    idle: { type: 'string', default: '10000' },
  },
});
const isWanted = (part: string) => values.only.split(',').includes(part);

await ensureTemporalServers();
await using cleanups = new AsyncDisposableStack();
const world = await gatewayProcesses(cleanups);
const { provider, url, startGateway } = world;

const startedMs = performance.now();
const say = (line: string) =>
  console.log(`${((performance.now() - startedMs) / 1000).toFixed(0).padStart(4)} s  ${line}`);

if (isWanted('idle')) await idleStreams(world, Number(values.idle), say);
if (isWanted('long')) await longStreams();

async function longStreams(): Promise<void> {
  provider.answer(slowProvider);
  await startGateway();
  await Promise.all([
    readWithSdk(url, 'openai:quiet-35000').then((text) => {
      assert.equal(text, '0 1 2 ');
      say('openai: an answer whose first byte took 35 s');
    }),
    // Node gives up on headers after 300 s, between gateway and provider as well.
    readWithFetch(url, 'openai:quiet-335000', 3).then(({ comments, received, sent }) => {
      assert.equal(received, sent);
      assert.equal(comments, 33);
      say(`fetch: an answer whose first byte took 335 s, after ${comments} comments`);
    }),
    readWithFetch(url, 'openai:steady-73-5000', 73).then(({ received, sent }) => {
      assert.equal(received, sent);
      say(
        `fetch: an answer of 73 pieces, 5 s apart, SHA-256 ${received.slice(0, 16)} on both sides`,
      );
    }),
  ]);
  assert.equal(provider.seen.length, 3);
  say('three requests at the provider, as many as were asked');
}
