import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { pino } from 'pino';
import { awaitingResponses } from '../../../src/calls/forward/await-response.ts';
import {
  createForwardAttempt,
  type ForwardContext,
  ForwardError,
} from '../../../src/calls/forward/forward-attempt.ts';
import { billingOf } from '../../../src/policies/billing.ts';
import { literally, literalServer } from '../literal-server.ts';

const server = await literalServer();
after(() => server.close());
const attempt = awaitingResponses(
  createForwardAttempt({
    resolve: (name) => ({ name, family: 'openai', baseUrl: server.baseUrl, apiKey: 'the-key' }),
    log: pino({ level: 'silent' }),
  }),
);

/** The statuses that the response has, one a request; `undefined` breaks the connection. */
function answers(...statuses: (string | number | undefined)[]): string[] {
  const asked: string[] = [];
  server.answer((request, response, body) => {
    asked.push(`${request.method} ${request.url}`);
    const status = statuses.shift();
    if (status === undefined) response.destroy();
    else if (typeof status === 'number')
      literally(status, { error: { message: 'no' } })(request, response, body);
    else {
      const error = status === 'failed' ? { code: 'server_error', message: 'no' } : null;
      const usage = status === 'completed' ? { input_tokens: 3, output_tokens: 2 } : null;
      literally(200, { id: 'resp_1', object: 'response', status, error, usage, output: [] })(
        request,
        response,
        body,
      );
    }
  });
  return asked;
}

const recorded: string[] = [];
function send(change: Partial<ForwardContext> = {}) {
  recorded.length = 0;
  const request = {
    ...({ provider: 'openai', model: 'openai:gpt-4o', api: 'responses', method: 'POST' } as const),
    ...({ path: '/responses', headers: {}, isStream: false, isReattachable: true } as const),
  };
  return attempt(request, Buffer.from('{"background":true}'), {
    ...{ signal: new AbortController().signal, requestTimeoutMs: 5000, headers: {} },
    onSent: () => {},
    onResponse: async (id) => recorded.push(id),
    ...change,
  });
}
async function failureOf(sending: Promise<unknown>): Promise<ForwardError> {
  const error = await sending.then(
    () => assert.fail('it answered'),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof ForwardError, String(error));
  return error;
}
const fetched = 'GET /v1/responses/resp_1';

test('a response in the background is recorded, and fetched until it has ended', async () => {
  const asked = answers('queued', 'in_progress', 'completed');
  const { usage } = await send();
  assert.deepEqual(usage, { inputTokens: 3, outputTokens: 2 });
  assert.deepEqual(asked, ['POST /v1/responses', fetched, fetched]);
  assert.deepEqual(recorded, ['resp_1']);
});

test('broken off, and slower than an attempt may be, it is fetched by the next one; not billed twice', async () => {
  for (const [statuses, change, type] of [
    [['queued', undefined], {}, 'ConnectionFailed'],
    [['queued', 503], {}, 'Overloaded'],
    [['queued', 'in_progress'], { requestTimeoutMs: 900 }, 'Timeout'],
  ] as const) {
    const asked = answers(...statuses);
    const { fields, resume } = await failureOf(send(change));
    assert.deepEqual([fields.type, resume?.responseId], [type, 'resp_1']);
    assert.equal(billingOf(fields), 'not billed');
    const again = answers('completed');
    await send({ resume: { responseId: 'resp_1' } });
    assert.deepEqual([asked[0], again], ['POST /v1/responses', [fetched]]);
  }
});

test('what failed, or is not known any more, is asked for anew; the lost one may have been billed', async () => {
  answers('queued', 'failed');
  const failed = await failureOf(send());
  assert.deepEqual([failed.fields.type, failed.resume], ['ServerError', undefined]);
  answers(404);
  const gone = await failureOf(send({ resume: { responseId: 'resp_1' } }));
  assert.deepEqual([gone.fields.type, gone.resume], ['ServerError', undefined]);
  assert.equal(billingOf(gone.fields), 'possibly billed');
});
