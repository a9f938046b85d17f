import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { families } from '../../src/llm/classify/families.ts';
import type { ProviderFamily } from '../../src/model/provider-families.ts';
import { catalogue } from '../../src/policies/catalogue.ts';
import { callerTo, failureOf } from './caller.ts';
import { closedPort, literalServer } from './literal-server.ts';
import { anthropicRows } from './taxonomy/anthropic-rows.ts';
import { dialectRows } from './taxonomy/dialect-rows.ts';
import { generalRows } from './taxonomy/general-rows.ts';
import { googleRows } from './taxonomy/google-rows.ts';
import { openaiRows } from './taxonomy/openai-rows.ts';
import { responsesRows } from './taxonomy/responses-rows.ts';
import type { Row } from './taxonomy/row.ts';

/** The rows of each family, besides the general ones. OpenAI's own hold for all that speak like it. */
const rowsOf: Readonly<Record<ProviderFamily, readonly Row[]>> = {
  openai: openaiRows,
  'openai-compatible': [...openaiRows, ...dialectRows],
  'openai-responses': responsesRows,
  anthropic: anthropicRows,
  google: googleRows,
};
const models: Readonly<Record<ProviderFamily, string>> = {
  openai: 'gpt-4o-mini',
  'openai-compatible': 'meta-llama/llama-3.3-70b',
  'openai-responses': 'gpt-4o-mini',
  anthropic: 'claude-sonnet-4-5',
  google: 'gemini-2.5-flash',
};

const server = await literalServer();
after(() => server.close());

function expectedOf(row: Row, by: string) {
  const status = row.status ?? Number(/^\d{3}\b/.exec(row.answer)?.[0] ?? Number.NaN);
  return {
    type: row.type,
    by,
    status: Number.isNaN(status) ? undefined : status,
    reason: row.reason,
    retryAfterMs: row.retryAfterMs,
    providerRequestId: row.providerRequestId,
    sent: true,
    ...(row.paid && {
      usage: row.paid === true ? { inputTokens: 11, outputTokens: 7 } : row.paid,
    }),
  };
}

for (const [family, own] of Object.entries(rowsOf)) {
  const by = family as ProviderFamily;
  describe(`every answer of ${family}, through real HTTP and its provider of the AI SDK`, () => {
    const { call, recorded, sent } = callerTo(server.baseUrl, { name: by, family: by });
    const model = `${by}:${models[by]}`;
    for (const row of [...generalRows, ...own]) {
      test(`${row.answer} -> ${row.type}${row.reason ? ` (${row.reason})` : ''}`, async () => {
        server.answer(row.reply);
        sent.length = 0;
        recorded.lines.length = 0;
        const requestTimeoutMs = row.type === 'Timeout' ? 150 : 5000;
        const policy = { ...catalogue.model, requestTimeoutMs };
        const fields = await failureOf(call({ model, policy }));
        assert.deepEqual({ ...fields }, expectedOf(row, by));
        assert.equal(server.seen.length, 1, 'requests the server counted');
        assert.deepEqual(sent, ['order-1042/extract'], 'requests logged as sent');
        const unclassified = recorded.events().filter((e) => e.event === 'attempt.unclassified');
        assert.equal(unclassified.length, row.unclassified ? 1 : 0);
      });
    }
  });

  test(`${family}: no name, no listener, no TLS: nothing was sent`, async () => {
    const dead = [
      ['http://holdfast.invalid/v1', /^(ENOTFOUND|EAI_AGAIN)$/],
      [`http://127.0.0.1:${await closedPort()}/v1`, /^ECONNREFUSED$/],
      [`https://127.0.0.1:${server.port}/v1`, /^ERR_SSL_WRONG_VERSION_NUMBER$/],
    ] as const;
    for (const [baseUrl, reason] of dead) {
      const caller = callerTo(baseUrl, { name: by, family: by });
      const fields = await failureOf(caller.call({ model: `${by}:${models[by]}` }));
      assert.deepEqual([fields.type, fields.sent, caller.sent], ['ConnectionFailed', false, []]);
      assert.match(String(fields.reason), reason);
    }
  });
}

test('every dialect that the documentation names has rows', () => {
  for (const dialect of families['openai-compatible'].dialects) {
    const [name = dialect] = /^[\w.]+/.exec(dialect) ?? [];
    assert.ok(
      dialectRows.some(({ answer }) => answer.includes(name)),
      dialect,
    );
  }
});

test('the rows: enough of them, each once, each with its source', () => {
  const all = [...generalRows, ...openaiRows, ...dialectRows, ...responsesRows];
  const rows = [...all, ...anthropicRows, ...googleRows];
  assert.ok(rows.length >= 250, `${rows.length} rows`);
  const isSource = /^(https:\/\/\S+|[\w.-]+\/[\w.-]+#\d+|observed|unverified)$/;
  for (const { answer, source } of rows) assert.match(source, isSource, answer);
  for (const own of Object.values(rowsOf)) {
    const names = [...generalRows, ...own].map(({ answer }) => answer);
    assert.deepEqual(
      names.filter((name, index) => names.indexOf(name) !== index),
      [],
    );
  }
});
