import { Writable } from 'node:stream';
import { pino } from 'pino';
import { type CallContext, createAttemptCall } from '../../src/calls/attempt-call.ts';
import { createProviders, type ProviderConfig } from '../../src/calls/provider/providers.ts';
import { AttemptError, type AttemptErrorFields } from '../../src/failures/attempt-error.ts';
import { catalogue } from '../../src/policies/catalogue.ts';
import type { ModelRequest } from '../../src/wire/model-call.ts';

/** 2026-11-01T00:00:00Z: what the calls take for now. */
export const nowMs = Date.UTC(2026, 10, 1);

/** A request as a workflow would make it, with what a test changes. */
export function modelRequest(changes: Partial<ModelRequest> = {}): ModelRequest {
  return {
    step: 'extract',
    model: 'openai:gpt-4o-mini',
    messages: [{ role: 'user', content: 'hello' }],
    maximumOutputTokens: 100,
    policy: { ...catalogue.model, requestTimeoutMs: 5000 },
    attemptsUsed: 0,
    ...changes,
  };
}

/** A logger that keeps what it is told. */
export function recordingLog() {
  const lines: string[] = [];
  const log = pino(
    { base: null },
    new Writable({
      write(chunk, _, done) {
        lines.push(String(chunk));
        done();
      },
    }),
  );
  return { log, lines, events: () => lines.map((line) => JSON.parse(line)) };
}

/** The real thing: providers, AI SDK and fetch, against an address. */
export function callerTo(baseUrl: string, provider: Partial<ProviderConfig> = {}, scope = 'test') {
  const recorded = recordingLog();
  const providers = createProviders([
    { name: 'openai', family: 'openai', baseUrl, apiKey: 'sk-test', ...provider },
  ]);
  const attemptCall = createAttemptCall({ providers, scope, log: recorded.log, now: () => nowMs });
  const sent: string[] = [];
  const call = (changes: Partial<ModelRequest> = {}, context: Partial<CallContext> = {}) => {
    const request = modelRequest(changes);
    const { workflowId = 'order-1042' } = context;
    return attemptCall(request, {
      signal: new AbortController().signal,
      attempt: 1,
      workflowId,
      log: { sent: () => sent.push(`${workflowId}/${request.step}`) },
      ...context,
    });
  };
  return { call, recorded, sent };
}

/** The fields of the failure that a call ends in; any other end is an error of the test. */
export async function failureOf(call: Promise<unknown>): Promise<AttemptErrorFields> {
  try {
    await call;
  } catch (error) {
    if (error instanceof AttemptError) return error.fields;
    throw error;
  }
  throw new Error('the call succeeded');
}
