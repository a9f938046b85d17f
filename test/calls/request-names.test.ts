import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { callerTo } from './caller.ts';
import { completion, literally, literalServer } from './literal-server.ts';

const server = await literalServer();
after(() => server.close());
const { call } = callerTo(server.baseUrl);

describe('what names a request to the provider', () => {
  test('hashes an id that no header can carry, for all attempts alike', async () => {
    server.answer(literally(200, completion('hi')));
    await call({ step: '\r\nX-Evil: 1' }, { workflowId: 'Bestellung-äöü' });
    const id = String(server.seen[0]?.headers['x-client-request-id']);
    assert.match(id, /^sha256-[0-9a-f]{64}\/attempt-1$/);
    assert.match(
      String(server.seen[0]?.headers['idempotency-key']),
      /^sha256-[0-9a-f]{64}:[0-9a-f]{16}$/,
    );
    assert.equal(server.seen[0]?.headers['x-evil'], undefined);
  });

  test('has the same key on every attempt, and another one for another body, model, call or scope', async () => {
    const google = callerTo(server.baseUrl, { family: 'google' });
    const other = callerTo(server.baseUrl, {}, 'prod');
    server.answer(literally(200, completion('hi')));
    await call();
    await call({}, { attempt: 2 });
    await call({ model: 'openai:gpt-4o' });
    await call({ messages: [{ role: 'user', content: 'hello?' }] });
    await call({ step: 'extract.repair-1' });
    await other.call();
    // Google has the model in the address, not in the body.
    await google.call().catch(() => undefined);
    await google.call({ model: 'openai:gpt-4o' }).catch(() => undefined);
    const keys = server.seen.map(({ headers }) => headers['idempotency-key']);
    assert.equal(keys[0], keys[1]);
    assert.equal(new Set(keys).size, 7);
  });
});
