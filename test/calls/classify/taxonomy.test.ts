import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { families } from '../../../src/calls/provider/families/families.ts';
import type { ProviderFamily } from '../../../src/calls/provider/provider-families.ts';
import { catalogue } from '../../../src/policies/catalogue.ts';
import { freePort } from '../../../src/servers/free-port.ts';
import { callerTo, failureOf } from '../caller.ts';
import { literalServer } from '../literal-server.ts';
import { anthropicRows } from './taxonomy/anthropic-rows.ts';
import { dialectRows } from './taxonomy/dialect-rows.ts';
import { generalRows } from './taxonomy/general-rows.ts';
import { googleRows } from './taxonomy/google-rows.ts';
import { neighbourRows } from './taxonomy/neighbour-rows.ts';
import { openaiRows } from './taxonomy/openai-rows.ts';
import { reportRows } from './taxonomy/report-rows.ts';
import { responsesRows } from './taxonomy/responses-rows.ts';
import type { Row } from './taxonomy/row.ts';

/** The rows of each family, besides the general ones. OpenAI's own hold for all that speak like it. */
const rowsOf: Readonly<Record<ProviderFamily, readonly Row[]>> = {
  openai: openaiRows,
  'openai-compatible': [...openaiRows, ...dialectRows, ...reportRows, ...neighbourRows],
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
    ...(row.isFinal && { isFinal: true }),
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
        // Short only where the answer never comes: what has come by then is in the expectation, too.
        const never = row.reason?.endsWith('within the request timeout');
        const requestTimeoutMs = never ? 500 : 10_000;
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
      [`http://127.0.0.1:${await freePort()}/v1`, /^ECONNREFUSED$/],
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

const allRows = [
  ...generalRows,
  ...openaiRows,
  ...dialectRows,
  ...reportRows,
  ...neighbourRows,
  ...responsesRows,
  ...anthropicRows,
  ...googleRows,
];

test('the rows: enough of them, each once', () => {
  assert.ok(allRows.length >= 250, `${allRows.length} rows`);
  for (const own of Object.values(rowsOf)) {
    const names = [...generalRows, ...own].map(({ answer }) => answer);
    assert.deepEqual(
      names.filter((name, index) => names.indexOf(name) !== index),
      [],
    );
  }
});

test('each row has its source: a public address, or a sentence of docs/failures.md', () => {
  const page = readFileSync(path.join(import.meta.dirname, '../../../docs/failures.md'), 'utf8');
  const sentences = page.replaceAll(/\s+/g, ' ');
  const isAddress = ({ source }: Row) => /^https:\/\/[\w-]+(\.[\w-]+)+\/\S+$/.test(source);
  for (const row of allRows.filter((candidate) => !isAddress(candidate))) {
    const [, sentence = ''] = /^rule: (.{20,})$/.exec(row.source) ?? [];
    assert.ok(sentence && sentences.includes(sentence), `${row.answer}: ${row.source}`);
  }
  const documented = allRows.filter(isAddress).length;
  assert.ok(documented >= 220, `${documented} rows of public documentation and reports`);
});

test('the README names their number', () => {
  const readme = readFileSync(path.join(import.meta.dirname, '../../../README.md'), 'utf8');
  const [, count] = /(\d+) documented or reported answers/.exec(readme) ?? [];
  assert.equal(Number(count), allRows.length);
});
