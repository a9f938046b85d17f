import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, describe, test } from 'node:test';
import { createAttemptLog } from '../../src/calls/attempt-log.ts';
import { callerTo, failureOf, modelRequest, recordingLog } from './caller.ts';
import { completion, literally, literalServer } from './literal-server.ts';

function startedRecord() {
  const recorded = recordingLog();
  let clock = 1000;
  const log = createAttemptLog(recorded.log, () => clock);
  const record = log.start({ workflowId: 'order-1042', request: modelRequest(), attempt: 2 });
  clock = 1250;
  const events = () => recorded.events().map(({ level: _, time: __, ...event }) => event);
  return { record, events };
}

const ids = {
  workflowId: 'order-1042',
  requestId: 'order-1042/extract',
  attempt: 2,
  provider: 'openai',
  model: 'openai:gpt-4o-mini',
};

describe('the log of an attempt', () => {
  test('started, sent, finished', () => {
    const { record, events } = startedRecord();
    record.sent();
    const answer = {
      text: 'the answer',
      finishReason: 'stop' as const,
      usage: { inputTokens: 11, outputTokens: 7 },
      providerRequestId: 'req_1',
    };
    record.finished(answer);
    assert.deepEqual(events(), [
      { ...ids, event: 'attempt.started' },
      { ...ids, event: 'attempt.sent', sent: true, durationMs: 250 },
      {
        ...ids,
        event: 'attempt.finished',
        sent: true,
        providerRequestId: 'req_1',
        finishReason: 'stop',
        inputTokens: 11,
        outputTokens: 7,
        durationMs: 250,
      },
    ]);
  });

  test('failed, with the delay and where it came from', () => {
    const { record, events } = startedRecord();
    record.failed(
      {
        type: 'RateLimited',
        by: 'openai',
        status: 429,
        reason: 'rate_limit_exceeded',
        retryAfterMs: 4000,
        sent: true,
      },
      { retry: true, delayMs: 4200, source: 'Retry-After' },
    );
    assert.deepEqual(events()[1], {
      ...ids,
      event: 'attempt.failed',
      failureType: 'RateLimited',
      status: 429,
      reason: 'rate_limit_exceeded',
      sent: true,
      retryAfterMs: 4000,
      retry: true,
      delayMs: 4200,
      delaySource: 'Retry-After',
      durationMs: 250,
    });
  });

  test('failed although paid for, with the tokens', () => {
    const { record, events } = startedRecord();
    const usage = { inputTokens: 11, outputTokens: 7 };
    record.failed(
      { type: 'ContentRejected', by: 'openai', status: 200, reason: 'refusal', sent: true, usage },
      { retry: false, why: 'permanent' },
    );
    const { inputTokens, outputTokens } = events()[1] ?? {};
    assert.deepEqual([inputTokens, outputTokens], [11, 7]);
  });

  test('given up, with the reason why', () => {
    const { record, events } = startedRecord();
    record.failed(
      { type: 'InvalidCredentials', by: 'openai', sent: false },
      { retry: false, why: 'permanent' },
    );
    const { retry, why, delayMs } = events()[1] ?? {};
    assert.deepEqual([retry, why, delayMs], [false, 'permanent', undefined]);
  });

  test('interrupted, with whether it had been sent', () => {
    const { record, events } = startedRecord();
    record.sent();
    record.interrupted();
    assert.deepEqual(events()[2], {
      ...ids,
      event: 'attempt.interrupted',
      sent: true,
      durationMs: 250,
    });
  });
});

test('prompts, answers, keys and error texts are nowhere in logs and failures', async () => {
  const server = await literalServer();
  after(() => server.close());
  const secrets = ['PROMPT-SECRET', 'ANSWER-SECRET', 'KEY-SECRET', 'ERROR-SECRET', 'HEADER-SECRET'];
  const { call, recorded } = callerTo(server.baseUrl, { apiKey: 'sk-KEY-SECRET' });
  const attemptLog = createAttemptLog(recorded.log);
  const error = {
    message: 'ERROR-SECRET',
    // A provider's code is shown, so that it can be looked up; a sentence or a key in its place is not.
    code: 'the ERROR-SECRET itself',
    type: 'sk-proj-ERROR-SECRET',
    param: 'ERROR-SECRET',
  };
  const headers = { 'x-request-id': 'HEADER SECRET HEADER-SECRET', 'x-odd': 'HEADER-SECRET' };
  const replies = [
    literally(200, completion('ANSWER-SECRET')),
    literally(200, completion('ANSWER-SECRET', { finish_reason: 'content_filter' })),
    literally(200, completion(null, {}, { refusal: 'ANSWER-SECRET' })),
    literally(200, 'ANSWER-SECRET'),
    literally(200, { 'ANSWER-SECRET': 'ANSWER-SECRET' }),
    literally(200, { error }),
    ...[400, 401, 404, 418, 429, 500, 599].map((status) => literally(status, { error }, headers)),
    literally(418, { 'ERROR-SECRET': 1 }, { 'content-type': 'ERROR-SECRET' }),
    literally(500, '<html>ERROR-SECRET</html>'),
  ];
  const shown: string[] = [];
  for (const reply of replies) {
    server.answer(reply);
    const request = modelRequest({
      messages: [{ role: 'user', content: 'PROMPT-SECRET' }],
      schema: { type: 'object', properties: { a: { type: 'string', pattern: '^(?!x)' } } },
    });
    const record = attemptLog.start({ workflowId: 'w', request, attempt: 1 });
    try {
      record.finished(await call(request, { log: record }));
    } catch (error) {
      const failed = error as Error & { fields: Parameters<typeof record.failed>[0] };
      record.failed(failed.fields, { retry: false, why: 'permanent' });
      shown.push(`${failed.stack} ${JSON.stringify(failed.fields)} ${String(failed.cause)}`);
    }
  }
  const everything = [...recorded.lines, ...shown].join('\n');
  assert.equal(shown.length, replies.length - 1);
  assert.match(everything, /attempt\.unclassified/);
  assert.match(everything, /model\.warning/);
  for (const secret of secrets) assert.ok(!everything.includes(secret), `${secret} leaked`);
});

test('an answer nobody has seen is logged with its shape', async () => {
  const server = await literalServer();
  after(() => server.close());
  const { call, recorded } = callerTo(server.baseUrl);
  server.answer(literally(418, { error: { message: 'short and stout', hue: 'blue' } }));
  await failureOf(call());
  const { time: _, ...event } = recorded.events()[0];
  assert.deepEqual(event, {
    level: 40,
    event: 'attempt.unclassified',
    requestId: 'order-1042/extract',
    attempt: 1,
    provider: 'openai',
    status: 418,
    contentType: 'application/json',
    bodyKind: 'json',
    bodyBytes: 52,
    fields: ['error', 'message'],
  });
});

test('a line is written before a SIGKILL right after it', async () => {
  const script = `
    import { createLogger } from './src/worker/create-logger.ts';
    createLogger().info({ event: 'attempt.sent' });
    process.kill(process.pid, 'SIGKILL');`;
  const args = ['--input-type=module-typescript', '--eval', script];
  const { signal, stdout } = await new Promise<{ signal: string; stdout: string }>((resolve) => {
    const child = execFile(process.execPath, args, (_, out) =>
      resolve({ signal: String(child.signalCode), stdout: out }),
    );
  });
  assert.equal(signal, 'SIGKILL');
  assert.equal(JSON.parse(stdout).event, 'attempt.sent');
});
