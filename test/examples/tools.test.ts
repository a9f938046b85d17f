import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Client, Connection } from '@temporalio/client';
import { startWorker } from '../../dev/demo/worker-process.ts';
import { type KeyedEndpoint, startKeyedEndpoint } from '../../dev/sandbox/keyed-endpoint.ts';
import type { WireFault } from '../../dev/sandbox/wire-fault.ts';
import { startDevServer } from '../../dev/servers/index.ts';
import { startWorkflow } from '../../src/client/start.ts';
import type { ServerProcess } from '../../src/servers/server-process.ts';
import { completion, literally, literalServer } from '../calls/literal-server.ts';
import { resetToStart } from '../support/reset-to-start.ts';
import { until } from '../support/until.ts';

const cleanups = new AsyncDisposableStack();
after(() => cleanups.disposeAsync());

let client: Client;
let planner: KeyedEndpoint;
let model: Awaited<ReturnType<typeof literalServer>>;
let startOne: () => Promise<ServerProcess>;
let worker: ServerProcess;
/** What happens to the next visits that are booked. */
const faults: WireFault[] = [];

before(async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'holdfast-test-'));
  cleanups.defer(() => rm(folder, { recursive: true }));
  const server = await startDevServer({ isHeadless: true });
  cleanups.defer(() => server.stop());
  planner = await startKeyedEndpoint({
    path: '/visits',
    faults: () => faults.shift() ?? { kind: 'pass' },
  });
  cleanups.defer(() => planner.stop());
  model = await literalServer();
  cleanups.defer(() => model.close());
  const env = {
    PATH: process.env.PATH,
    TEMPORAL_ADDRESS: server.address,
    OPENAI_API_KEY: 'sk-test',
    OPENAI_BASE_URL: model.baseUrl,
    PLANNER_URL: planner.origin,
  };
  const program = path.join(import.meta.dirname, '../../examples/tools/worker.ts');
  const logFile = path.join(folder, 'worker.log');
  startOne = () => startWorker({ env, cwd: folder, logFile, program }, () => {});
  worker = await startOne();
  cleanups.defer(() => worker.stop());
  const connection = await Connection.connect({ address: server.address });
  cleanups.defer(() => connection.close());
  client = new Client({ connection, namespace: server.namespace });
});

/** The model wishes for a visit on a day; a provider names each of its calls anew. */
function wishes(callId: string, day: string) {
  const call = {
    ...{ id: callId, type: 'function' },
    function: { name: 'bookVisit', arguments: JSON.stringify({ day }) },
  };
  return completion(null, { finish_reason: 'tool_calls' }, { tool_calls: [call] });
}

/** Answers each step of the call with the text that stands for it. */
function speak(answers: Readonly<Record<string, object>>) {
  model.answer((request, response, body) => {
    const requestId = String(request.headers['x-client-request-id']);
    const step = Object.keys(answers).find((each) => requestId.includes(`/${each}`));
    literally(200, answers[step ?? ''] ?? {})(request, response, body);
  });
}

/** The steps that reached the model, in order. */
const steps = () =>
  model.seen.map(({ headers }) => String(headers['x-client-request-id']).replace(/^[^/]*\//, ''));

const letter = { customer: 'C-7', text: 'My lamp flickers. Come on the first of December.' };

test('model, tool, model: a worker that is killed while the tool is used changes nothing', async () => {
  let killed: Promise<void> | undefined;
  faults.push({
    kind: 'held',
    received: async () => {},
    executed: async () => {
      killed = worker.stop('SIGKILL');
      await killed;
    },
  });
  speak({
    'turn-1.repair-1': wishes('call-2', '2026-12-01'),
    'turn-1': wishes('call-1', 'the first of December'),
    'turn-2': completion('Somebody comes on 1 December.'),
  });
  const { handle } = await startWorkflow(client, 'helpdesk', letter, { id: 'H-1' });
  await until(async () => killed && true);
  await killed;
  worker = await startOne();
  assert.equal(await handle.result(), 'Somebody comes on 1 December.');

  // Booked once, though asked twice: before the kill and after it, with one key.
  assert.deepEqual(planner.things, [{ id: 'thing-1', customer: 'C-7', day: '2026-12-01' }]);
  assert.deepEqual(
    planner.requests.map(({ requestId }) => requestId),
    ['default/H-1:bookVisit.1-1', 'default/H-1:bookVisit.1-1'],
  );
  // Nothing was asked again, and what was wrong with the arguments was said to the model.
  assert.deepEqual(steps(), ['turn-1/attempt-1', 'turn-1.repair-1/attempt-1', 'turn-2/attempt-1']);
  const told = JSON.parse(model.seen[1]?.body ?? '{}').messages.at(-1);
  assert.deepEqual(told, {
    role: 'tool',
    tool_call_id: 'call-1',
    content:
      '{"error":"No tool was used: the arguments do not have the shape that was asked for:\\n- bookVisit.day: expected text in the format date\\nCall again, with the whole corrected arguments."}',
  });
});

test('after a Reset the model names its call anew, and the visit is the same one', async () => {
  speak({
    'turn-1': wishes('call-9', '2026-12-01'),
    'turn-2': completion('As I said: 1 December.'),
  });
  assert.equal(await resetToStart(client, 'H-1'), 'As I said: 1 December.');
  assert.equal(planner.things.length, 1);
  const [, second] = model.seen;
  const [, , result] = JSON.parse(second?.body ?? '{}').messages;
  assert.deepEqual([result.tool_call_id, JSON.parse(result.content).id], ['call-9', 'thing-1']);
});

test('a clear no is told to the model, which says what it makes of it', async () => {
  faults.push({ kind: 'status', status: 410, body: { title: 'fully booked' } });
  speak({ 'turn-1': wishes('call-1', '2026-12-24'), 'turn-2': completion('Nobody comes then.') });
  const { handle } = await startWorkflow(client, 'helpdesk', letter, { id: 'H-2' });
  assert.equal(await handle.result(), 'Nobody comes then.');
  const [, second] = model.seen;
  const [, , result] = JSON.parse(second?.body ?? '{}').messages;
  assert.match(result.content, /410 EffectRefused by the planner/);
  assert.equal(planner.things.length, 1);
});
