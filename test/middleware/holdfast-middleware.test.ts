// @ts-nocheck: MockActivityEnvironment.run is typed as unknown.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createOpenAI } from '@ai-sdk/openai';
import type { LanguageModelV4CallOptions, LanguageModelV4StreamPart } from '@ai-sdk/provider';
import { ApplicationFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import {
  htmlErrorPage,
  invalidApiKey,
  modelNotFound,
  overloaded,
  quotaExhausted,
  rateLimited,
} from '../../dev/sandbox/model-faults.ts';
import { startModelProvider } from '../../dev/sandbox/model-provider.ts';
import { cut, raw, reset, type WireFault } from '../../dev/sandbox/wire-fault.ts';
import {
  createGates,
  type HoldfastMiddlewareOptions,
  holdfastMiddleware,
  withHoldfast,
} from '../../src/ai-sdk.ts';
import { until } from '../support/until.ts';

const question: LanguageModelV4CallOptions = {
  prompt: [{ role: 'user', content: [{ type: 'text', text: 'Say hello' }] }],
};

// The activity log would show each failure that a test provokes.
const logger = new DefaultLogger('ERROR');
const activity = (info: ConstructorParameters<typeof MockActivityEnvironment>[0] = {}) =>
  new MockActivityEnvironment(info, { logger });

// The AI SDK would take it where no key is given.
delete process.env.OPENAI_API_KEY;

async function modelThrough(
  t: TestContext,
  faults: readonly WireFault[],
  options: HoldfastMiddlewareOptions & { readonly hasKey?: boolean } = {},
) {
  const provider = await startModelProvider({
    answer: () => 'Hello.',
    faults: () => faults[provider.requests.length - 1] ?? { kind: 'pass' },
  });
  t.after(provider.stop);
  const { hasKey = true, ...ours } = options;
  const openai = createOpenAI({
    baseURL: provider.baseUrl,
    ...(hasKey && { apiKey: 'sk-test' }),
  });
  const wrapped = withHoldfast(
    { ...openai, specificationVersion: 'v4', languageModel: openai.chat },
    { random: () => 0.5, ...ours },
  );
  return { provider, model: wrapped.languageModel('gpt-4o-mini') };
}

async function failureOf(work: Promise<unknown>): Promise<ApplicationFailure> {
  const error = await work.then(
    () => assert.fail('it succeeded'),
    (reason) => reason,
  );
  assert.ok(error instanceof ApplicationFailure, String(error));
  return error;
}

const cases: readonly (readonly [
  what: string,
  fault: WireFault,
  type: string,
  isFinal: boolean,
  delayMs?: number,
])[] = [
  ['401', invalidApiKey('sk-revoked-1234'), 'InvalidCredentials', true],
  ['404 for the model', modelNotFound('gpt-4o-mini'), 'ModelNotFound', true],
  ['429 without money', quotaExhausted, 'QuotaExhausted', true],
  // Retry-After of 3 s is the floor; on top comes the jitter, half of 0.5 s times 0.5.
  ['429', rateLimited({ retryAfterSeconds: 3 }), 'RateLimited', false, 3125],
  ['503', overloaded, 'Overloaded', false, 375],
  ['502 in HTML', htmlErrorPage, 'ServerError', false, 375],
  ['a reset', reset, 'ConnectionFailed', false, 375],
  ['an answer that was cut', cut, 'ConnectionFailed', false, 375],
  ['an empty answer', raw(''), 'MalformedResponse', false, 375],
  ['an answer that is not JSON', raw('upstream'), 'MalformedResponse', false, 375],
  ['200 with an error', raw('{"error":{"code":502,"message":"x"}}'), 'ServerError', false, 375],
];

for (const [what, fault, type, isFinal, delayMs] of cases) {
  test(`${what}: ${type}, ${isFinal ? 'final' : `again in ${delayMs} ms`}`, async (t) => {
    const { model, provider } = await modelThrough(t, [fault]);
    const failure = await failureOf(
      activity().run(() => Promise.resolve(model.doGenerate(question))),
    );
    assert.equal(failure.type, type);
    assert.equal(failure.nonRetryable, isFinal);
    assert.equal(failure.nextRetryDelay, delayMs);
    assert.equal(provider.requests.length, 1);
    assert.ok(!failure.message.includes('sk-'), failure.message);
  });
}

test('no key: final, and nothing is sent', async (t) => {
  const { model, provider } = await modelThrough(t, [], { hasKey: false });
  const failure = await failureOf(
    activity().run(() => Promise.resolve(model.doGenerate(question))),
  );
  assert.equal(failure.type, 'InvalidCredentials');
  assert.equal(failure.nonRetryable, true);
  assert.equal(provider.requests.length, 0);
});

test('an answer passes as it is, and carries a request id of the attempt', async (t) => {
  const { model, provider } = await modelThrough(t, []);
  const environment = activity({ attempt: 2, activityId: '7' });
  const { content } = await environment.run(() => Promise.resolve(model.doGenerate(question)));
  assert.deepEqual(content, [{ type: 'text', text: 'Hello.' }]);
  assert.equal(provider.requests[0]?.clientRequestId, 'test/7/attempt-2');
});

test('the last attempt of the policy is final', async (t) => {
  const { model } = await modelThrough(t, [overloaded], { policy: { maximumAttempts: 3 } });
  const environment = activity({ attempt: 3 });
  const failure = await failureOf(
    environment.run(() => Promise.resolve(model.doGenerate(question))),
  );
  assert.match(failure.message, /attempt 3 of 3 failed, giving up/);
  assert.equal(failure.nonRetryable, true);
});

test('what the gate holds back sends nothing, is retried, and is no attempt of the policy', async (t) => {
  const gates = createGates();
  const { model, provider } = await modelThrough(t, [overloaded], {
    gates,
    policy: { maximumAttempts: 1 },
  });
  gates.close();
  const heartbeats: unknown[] = [];
  const environment = activity();
  environment.on('heartbeat', (details) => heartbeats.push(details));
  const failure = await failureOf(
    environment.run(() => Promise.resolve(model.doGenerate(question))),
  );
  assert.equal(failure.nonRetryable, false);
  assert.ok(Number(failure.nextRetryDelay) > 0);
  assert.equal(provider.requests.length, 0);
  assert.equal((heartbeats.at(-1) as { didNothing: number }).didNothing, 1);
});

async function partsOf(stream: ReadableStream<LanguageModelV4StreamPart>): Promise<string[]> {
  const types: string[] = [];
  for await (const { type } of stream) types.push(type);
  return types;
}

test('a stream passes part by part', async (t) => {
  const { model } = await modelThrough(t, []);
  const parts = await activity().run(async () => partsOf((await model.doStream(question)).stream));
  assert.equal(parts[0], 'stream-start');
  assert.ok(parts.includes('text-delta'));
  assert.equal(parts.at(-1), 'finish');
});

test('20 streams that nobody reads to their end give their places back, and the next call is answered', async (t) => {
  const gates = createGates();
  const policy = { requestTimeoutMs: 1500, gateCapMs: 5000 };
  const { model, provider } = await modelThrough(t, [], { gates, policy });
  const open = (abortSignal?: AbortSignal) =>
    activity().run(() =>
      Promise.resolve(model.doStream({ ...question, ...(abortSignal && { abortSignal }) })),
    );
  const inFlight = () => gates.snapshot()[0]?.inFlight;
  const twenty = (leave: (nth: number) => Promise<void>) =>
    Promise.all(Array.from({ length: 20 }, (_, nth) => leave(nth)));
  await twenty(async (nth) => {
    const caller = new AbortController();
    const { stream } = await open(caller.signal);
    if (nth % 2 === 0) await stream.cancel();
    else caller.abort();
  });
  await until(async () => inFlight() === 0 || undefined);
  await twenty(async (nth) => {
    const { stream } = await open();
    if (nth % 2 === 0) await stream.getReader().read();
  });
  // As many as a gate lets go to a provider of which it has heard nothing.
  assert.equal(inFlight(), 20);
  const { content } = await activity().run(() => Promise.resolve(model.doGenerate(question)));
  assert.deepEqual(content, [{ type: 'text', text: 'Hello.' }]);
  assert.equal(provider.requests.length, 41);
  await until(async () => inFlight() === 0 || undefined);
});

test('an error within a stream fails it by its type', async (t) => {
  const events =
    'data: {"error":{"message":"busy","type":"server_error","code":"server_overloaded"}}\n\n';
  const { model } = await modelThrough(t, [raw(events, 'text/event-stream')]);
  const failure = await failureOf(
    activity().run(async () => partsOf((await model.doStream(question)).stream)),
  );
  assert.equal(failure.type, 'Overloaded');
  assert.equal(failure.nextRetryDelay, 375);
});

test('who aborts a call gets the own reason back', async (t) => {
  const { model } = await modelThrough(t, []);
  const reason = new Error('nobody waits any more');
  const aborted = { ...question, abortSignal: AbortSignal.abort(reason) };
  await assert.rejects(
    activity().run(() => model.doGenerate(aborted)),
    (error) => error === reason,
  );
});

test('a policy that makes no sense is refused, naming field and value', () => {
  // biome-ignore format: a table is read by its columns
  const rows: [policy: HoldfastMiddlewareOptions['policy'], message: RegExp][] = [
    [{ backoffCoefficient: 0.5 }, /model\.backoffCoefficient is 0\.5/],
    [{ maximumAttempts: 0, elapsedBudgetMs: 0 }, /model\.maximumAttempts is 0: must cap attempts/],
    [{ initialIntervalMs: 90_000 }, /model\.initialIntervalMs is 90000: must not exceed maximumIntervalMs/],
    [{ maximumAttemps: 3 } as object, /model\.maximumAttemps is 3: is not known/],
  ];
  for (const [policy, message] of rows) {
    assert.throws(() => holdfastMiddleware({ policy }), { name: 'InvalidPolicy', message });
  }
});
