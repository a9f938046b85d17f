import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { findProgram } from '../../src/servers/find-program.ts';
import { testServer } from '../../src/servers/test-server.ts';
import {
  answers,
  type Doubles,
  fails,
  invalid,
  type Model,
  type ModelStep,
  overloaded,
  rateLimited,
  type TestWorld,
  testWorld,
  timesOut,
} from '../../src/testing.ts';
import { until } from '../support/until.ts';
import { app } from './app.ts';
import { replayed } from './replayed.ts';
import { toolCalls } from './tool-calls.ts';
import type { approved, triage } from './workflows.ts';

const workflowsPath = fileURLToPath(new URL('./workflows.ts', import.meta.url));
const server = await findProgram(testServer);
const ticket = { text: 'My lamp is broken, and I sit in the dark.' };
const answer = { summary: 'broken lamp', urgency: 'high' };
const saved = { id: 'T-1', summary: 'broken lamp', urgency: 'high' };
const notify = () => ({ ok: true });

function world(model: Model, effects: Doubles<typeof app> = { notify }) {
  const config = { CRM_URL: 'http://crm.test' };
  return testWorld({ app, workflowsPath, server, config, model, effects });
}

let answering: ModelStep[] = [];
let notifying: NonNullable<Doubles<typeof app>['notify']> = notify;
let opened: Promise<TestWorld> | undefined;
after(async () => (await opened)?.stop());

/** The world of all that needs none of its own, and how its model and its target behave now. */
function sharedWorld(model: ModelStep[] = [], target: typeof notifying = notify) {
  [answering, notifying] = [model, target];
  opened ??= world(() => answering.shift() ?? assert.fail('asked once too often'), {
    notify: (...given) => notifying(...given),
  });
  return opened;
}

// The first: once a world is there, its server is that of all.
test('a world that makes no sense does not start', async () => {
  const config = { CRM_URL: 'http://crm.test' };
  const base = { app, workflowsPath, server, config };
  const saveSummary = () => saved as never;
  await assert.rejects(testWorld({ ...base, effects: { saveSummary } }), {
    message: "saveSummary is done in the ledger's transaction: it has no double",
  });
  // @ts-expect-error: the application has no such effect.
  await assert.rejects(testWorld({ ...base, effects: { telephone: notify } }), {
    message: 'the application has no effect telephone',
  });
  await assert.rejects(testWorld({ ...base, config: {} }), { message: /CRM_URL/ });
  await assert.rejects(testWorld({ ...base, server: '/nowhere' }), {
    message: /^Temporal's test server does not start \(\/nowhere\)/,
  });
});

test('an effect is done once, though the workflow begins anew under its id', async () => {
  const there = await sharedWorld();
  const handle = await there.start<typeof approved>('approved', ticket, { id: 'T-4' });
  await there.parked('T-4');
  await handle.terminate();
  await there.start('approved', ticket, { id: 'T-4', retryFailed: true });
  const parked = await there.parked('T-4');
  assert.ok(parked.type === 'ApprovalRequired');
  await there.approve('T-4', { fingerprint: parked.fingerprint });
  assert.equal(await there.result('T-4'), 'My lamp is broken, and I sit in the dark., says a test');
  const input = { id: 'T-4', summary: 'My lamp is broken, and I sit in the dark.', urgency: 'low' };
  const ofThis = there.effects.filter(({ key }) => key.includes('T-4'));
  assert.deepEqual(ofThis, [{ name: 'saveSummary', key: 'test/T-4:saveSummary', input }]);
  const { progress } = await there.status('T-4');
  assert.deepEqual(progress?.effects, [{ name: 'saveSummary', replayed: true }]);
});

test('an answer without the shape is repaired, and what the model is shown can be seen', async () => {
  await using there = await world([invalid('It is broken.'), answers(answer)]);
  assert.deepEqual(await there.run<typeof triage>('triage', ticket, { id: 'T-1' }), saved);
  assert.deepEqual(
    there.requests.map(({ step, attempt }) => [step, attempt]),
    [
      ['summarise', 1],
      ['summarise.repair-1', 1],
    ],
  );
  assert.equal(there.requests[1]?.messages[1]?.content, 'It is broken.');
});

test('ten minutes of a rate limit pass in a moment, and each effect is done once', async () => {
  // A test that really waited would be ended after two minutes.
  await using there = await world([rateLimited('10m'), answers(answer)]);
  assert.deepEqual(await there.run<typeof triage>('triage', ticket, { id: 'T-1' }), saved);
  const { startedAt, closedAt } = await there.status('T-1');
  assert.ok(closedAt && closedAt.getTime() - startedAt.getTime() >= 600_000);
  const asked = {
    workflowId: 'T-1',
    step: 'summarise',
    model: 'openai:gpt-4o-mini',
    messages: [{ role: 'user', content: 'Summarise: My lamp is broken, and I sit in the dark.' }],
  };
  assert.deepEqual(there.requests, [
    { ...asked, attempt: 1 },
    { ...asked, attempt: 2 },
  ]);
  assert.deepEqual(there.effects, [
    {
      name: 'saveSummary',
      key: 'test/T-1:saveSummary',
      input: saved,
    },
    { name: 'notify', key: 'test/T-1:notify', input: saved },
  ]);
});

test('a target that fails at first is asked again, and the effect is one', async () => {
  const results = [overloaded(), timesOut(), { ok: true }];
  await using there = await world([answers(answer)], {
    notify: () => results.shift() ?? assert.fail('asked once too often'),
  });
  await there.run<typeof triage>('triage', ticket, { id: 'T-1' });
  assert.deepEqual(results, []);
  assert.deepEqual(
    there.effects.map(({ key }) => key),
    ['test/T-1:saveSummary', 'test/T-1:notify'],
  );
});

test('a run that fails is resumed where its policy parks', async () => {
  let credentials = 'revoked';
  await using there = await world([answers(answer)], {
    notify: () => (credentials === 'revoked' ? fails('InvalidCredentials') : { ok: true }),
  });
  await there.start<typeof triage>('triage', ticket, { id: 'T-1' });
  const { type, step } = await there.parked('T-1');
  assert.deepEqual([type, step], ['InvalidCredentials', 'notify']);
  credentials = 'good';
  await there.resume('T-1');
  assert.deepEqual(await there.result('T-1'), saved);
});

test('steps that fail at once wait at once, and an answer is for the one it names', async () => {
  let credentials = 'revoked';
  const there = await sharedWorld([], () =>
    credentials === 'revoked' ? fails('InvalidCredentials', { sent: false }) : { ok: true },
  );
  await there.start('inParallel', ticket, { id: 'P-1' });
  await there.parked('P-1');
  const parks = await until(async () => {
    const { progress } = await there.status('P-1');
    return progress?.parked?.length === 2 ? progress.parked : undefined;
  });
  const idOf = (step: string) => parks.find((each) => each.step === step)?.parkId ?? assert.fail();
  await assert.rejects(there.resume('P-1', { skip: true }), /P-1 waits in 2 parks, name one: /);
  await there.resume('P-1', { skip: true, parkId: idOf('notify.skippable') });
  const { step } = await there.parked('P-1');
  assert.equal(step, 'notify.needed', 'it still waits');
  await assert.rejects(
    there.resume('P-1', { skip: true }),
    /cannot go on without the result of notify.needed/,
  );
  credentials = 'good';
  await there.resume('P-1');
  assert.deepEqual(await there.result('P-1'), { needed: { ok: true }, skipped: 'nothing' });
});

test('persons are asked at once, each approval is for one wait, and there is no end of them', async () => {
  const there = await sharedWorld();
  await there.start('approvals', { text: '22' }, { id: 'A-1' });
  await there.parked('A-1');
  for (const fingerprint of ['right', 'left']) await there.approve('A-1', { fingerprint });
  let last = '';
  for (let count = 0; count < 22; count += 1) {
    const { parkId } = await until(async () => {
      const parked = await there.parked('A-1');
      return parked.parkId === last || parked.step !== 'again' ? undefined : parked;
    });
    last = parkId;
    await there.approve('A-1', { fingerprint: 'again', parkId });
  }
  assert.equal(await there.result('A-1'), 24);
});

test('a step that is named twice is refused, as two calls of one request id would be one', async () => {
  const there = await sharedWorld([answers(answer)]);
  assert.match(
    await told(there.run('sameStep', ticket, { id: 'S-1' })),
    /^S-1 failed: the step mine was asked already in this run \(at /,
  );
});

test('what the language asks of the effects is no effect', async () => {
  const there = await sharedWorld();
  assert.equal(await there.run('helpers', ticket, { id: 'H-1' }), '{"effects":{}}');
});

test('an id that exists with another type of workflow is refused, though the identities agree', async () => {
  const there = await sharedWorld();
  assert.equal(await there.run('ofOneType', ticket, { id: 'X' }), 'one');
  await assert.rejects(there.start('ofAnother', ticket, { id: 'X' }), {
    kind: 'IdempotencyKeyReused',
  });
});

/** What a run is told, and that it was told at once. */
async function told(running: Promise<unknown>): Promise<string> {
  const before = performance.now();
  const error = await running.then(
    () => assert.fail('it ran'),
    (thrown: Error) => thrown,
  );
  assert.ok(performance.now() - before < 10_000);
  return error.message;
}

test('mistakes in a workflow are told at once, with their place', async () => {
  const there = await sharedWorld();
  const run = (name: string) => told(there.run(name, ticket, { id: name }));
  const file = `${import.meta.dirname}/workflows.ts`;
  assert.equal(await run('buggy'), `buggy cannot go on: the lamp is broken (at ${file}:28:8)`);
  assert.equal(
    await run('typo'),
    `typo cannot go on: Cannot read properties of undefined (reading 'toUpperCase') (at ${file}:33:17)`,
  );
  assert.equal(
    await run('unknownEffect'),
    'unknownEffect failed: the application of this worker has no effect telephone',
  );
  for (const name of ['unknownQuestion', 'unknownQuestionOfModel']) {
    assert.equal(
      await run(name),
      `${name} failed: the application of this worker has no question sumarise; did you mean summarise?`,
    );
  }
  assert.equal(
    await run('nobody'),
    "nobody cannot go on: Failed to initialize workflow of type 'nobody': no such function is exported by the workflow bundle",
  );
});

test('mistakes of the test are told at once', async () => {
  await using undoubled = await world([answers(answer)], {});
  assert.equal(
    await told(undoubled.run<typeof triage>('triage', ticket, { id: 'T-1' })),
    'the effect notify was run, and the test has no double for it: give testWorld({ effects: { notify: (input) => result } })',
  );
  await using unanswered = await world([overloaded()]);
  assert.equal(
    await told(unanswered.run<typeof triage>('triage', ticket, { id: 'T-1' })),
    'the model was asked 2 times, and the test gives 1: summarise of T-1, attempt 2, has no entry in `model`',
  );
  const parked = await sharedWorld();
  assert.equal(
    await told(parked.run<typeof approved>('approved', ticket, { id: 'T-6' })),
    'T-6 waits for a person at approval: ApprovalRequired (a person must look). A test that wants this has world.start, world.parked, then world.approve and world.result',
  );
});

test('a mistake that nobody waited for is told at the end', async () => {
  const there = await world([]);
  await there.start<typeof triage>('triage', ticket, { id: 'T-1' });
  while (there.requests.length === 0) await sleep(50);
  await assert.rejects(there.stop(), { message: /the test gives 0/ });
});

toolCalls(sharedWorld);
replayed(sharedWorld);

test('types hold the test to the application', () => {
  const config = { CRM_URL: 'http://crm.test' };
  // @ts-expect-error: the result of notify has no such field.
  const wrong: Doubles<typeof app> = { notify: () => ({ sent: true }) };
  const typed = async (there: TestWorld) => {
    // @ts-expect-error: another workflow's name.
    await there.run<typeof triage>('approved', ticket, { id: 'T-1' });
    // @ts-expect-error: another input.
    await there.run<typeof triage>('triage', { message: 'Hello' }, { id: 'T-1' });
    const { urgency } = await there.run<typeof triage>('triage', ticket, { id: 'T-1' });
    return urgency satisfies 'low' | 'high';
  };
  assert.ok(config && wrong && typed);
});
