// npm run bench:gateway -- [--only latency,throughput,streams,kills] [--contenders holdfast,portkey]
//   [--streams 10000 --per-second 300]
import path from 'node:path';
import { parseArgs } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import { startChild } from '../storm/child.ts';
import { applications } from './applications.ts';
import { balance } from './balancer.ts';
import { type Contender, type Found, holdfast, litellm, portkey, routeUrl } from './contenders.ts';
import { type Kill, strike } from './kills.ts';
import { type Cell, latencyOf } from './latency.ts';
import type { Target } from './load.ts';
import { publish } from './publish.ts';
import { keepResults, type Results } from './results.ts';
import { manyStreams, type Streams } from './streams.ts';
import { tables } from './table.ts';
import { bareWorkflowsPerSecond } from './throughput.ts';
import { routes, startWorld } from './world.ts';

const everybody = 'holdfast,litellm,portkey';
const { values } = parseArgs({
  options: {
    only: { type: 'string', default: 'latency,throughput,streams,kills' },
    /** Some of them, for a try: a table compares all. */
    contenders: { type: 'string', default: everybody },
    /** Another number of streams, for a try: what is measured is shown and not kept. */
    streams: { type: 'string' },
    'per-second': { type: 'string', default: '50' },
    /** Shows the outcome and keeps nothing. */
    try: { type: 'boolean', default: false },
  },
});
const isWanted = (part: string) => values.only.split(',').includes(part);
const isATry = values.try || values.streams !== undefined || values.contenders !== everybody;
const say = (text: string) => console.log(`${(performance.now() / 1000).toFixed(0)} s: ${text}`);

await using cleanups = new AsyncDisposableStack();
const world = await startWorld(cleanups);
const { provider, env } = world;
const setting = { ...{ providerUrl: provider.url, folder: world.folder, env }, routes };
const makers = { holdfast, litellm, portkey };
const wanted: Found[] = [];
for (const [id, make] of Object.entries(makers)) {
  if (values.contenders.split(',').includes(id)) wanted.push(await make(setting));
}
const missing: Record<string, string> = Object.fromEntries(
  wanted.flatMap((one) => ('missing' in one ? [[one.id, one.missing]] : [])),
);
for (const [id, why] of Object.entries(missing)) say(`${id} is left out: ${why}`);
const contenders = wanted.filter((one): one is Contender => 'start' in one);
if (contenders.some(({ id }) => id === 'holdfast')) await world.startWorker();

const latency: Cell[] = [];
const streams: Streams[] = [];
const kills: Kill[] = [];
let results: Partial<Results> = { missing };

if (isWanted('latency')) {
  say('direct calls');
  const direct = (route: string): Target => ({
    ...{ baseUrl: routeUrl(provider.url, route), model: 'm', headers: {} },
  });
  latency.push(...(await latencyOf('direct', direct)));
}
const sdks = isWanted('kills') ? await applications() : {};
for (const contender of contenders) {
  // What one of them cannot do takes nothing from the others.
  await measure(contender).catch((error: Error) => {
    missing[contender.id] = error.message.split('\n')[0] ?? 'it fails';
    say(`${contender.title} failed: ${error.message}`);
  });
}
if (isWanted('throughput')) {
  say('a workflow of one activity for each call');
  const worker = startChild(path.join(import.meta.dirname, '../engine/bare-worker.ts'), [], {
    TEMPORAL_ADDRESS: world.address,
  });
  cleanups.defer(() => worker.stop());
  await worker.next('ready');
  const baseUrl = routeUrl(provider.url, 'after-50');
  const perSecond = await bareWorkflowsPerSecond(world.address, baseUrl);
  results = { ...results, throughput: { oneActivityWorkflowPerSecond: perSecond } };
}
results = {
  ...results,
  ...(latency.length > 0 && { latency }),
  ...(streams.length > 0 && { streams }),
  ...(kills.length > 0 && { kills }),
};
console.log(tables(results));
if (!isATry) {
  keepResults(results);
  publish();
}
say('done');

async function measure(contender: Contender): Promise<void> {
  const { title, id } = contender;
  await using running = new AsyncDisposableStack();
  const start = async () => {
    const one = await contender.start();
    running.defer(() => one.process.stop('SIGKILL'));
    return one;
  };
  say(`${title} starts`);
  const one = await start();
  const targetOf = (route: string, baseUrl = one.baseUrl): Target => {
    const headers = contender.headers(routeUrl(provider.url, route));
    return { baseUrl, headers, model: contender.model(route) };
  };
  if (isWanted('latency')) {
    say(`${title}: latency`);
    const onNoStream = (why: string) => {
      missing[`streams of ${title}`] = why;
    };
    latency.push(...(await latencyOf(title, targetOf, onNoStream)));
  }
  if (isWanted('streams')) {
    say(`${title}: streams`);
    const made = await manyStreams(title, targetOf('streams-20'), {
      ...{ pid: one.process.pid, streams: Number(values.streams ?? 1000), seconds: 20 },
      perSecond: Number(values['per-second']),
    });
    streams.push(id === 'holdfast' ? { ...made, workflows: await countForwards() } : made);
  }
  if (isWanted('kills')) {
    const other = await start();
    const balancer = await balance([one.port, other.port]);
    running.defer(() => balancer.stop());
    const target = targetOf('strike-0', `http://127.0.0.1:${balancer.port}/v1`);
    const { worker, temporal } = world.victims();
    const gateway = { killed: 'gateway' as const, pid: one.process.pid };
    const victims = [
      { ...gateway, kill: () => one.process.stop('SIGKILL') },
      ...(id === 'holdfast' ? [worker, temporal] : []),
    ];
    for (const victim of victims) {
      say(`${title}: ${victim.killed} is killed`);
      kills.push(await strike(title, target, victim, provider, sdks));
    }
  }
}

async function countForwards(): Promise<number> {
  const connection = await Connection.connect({ address: world.address });
  const { count } = await new Client({ connection }).workflow.count("WorkflowType = 'forward'");
  await connection.close();
  return count;
}
