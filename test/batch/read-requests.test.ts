import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { BadBatchFile, type BatchLine } from '../../src/batch/input/read-lines.ts';
import { readRequests } from '../../src/batch/input/read-requests.ts';
import { rowsOf } from '../../src/batch/input/read-table.ts';
import { batchStore } from '../../src/batch/store/batch-store.ts';
import { migrate } from '../../src/database/migrations.ts';
import { openDatabase } from '../../src/database/open-database.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-batch-'));
after(() => rmSync(folder, { recursive: true }));
const providers = ['openai', 'p'].map((name) => ({ name, family: 'openai' }));
let files = 0;

async function read(content: string | Uint8Array, model?: string) {
  files += 1;
  const file = path.join(folder, `${files}.jsonl`);
  writeFileSync(file, content);
  const location = { sqliteFile: path.join(folder, `${files}.db`) };
  const opened = openDatabase(location);
  try {
    await migrate(opened.database, opened.kind);
    const store = batchStore(opened);
    await store.open('b', { tenant: '', settings: '{}' });
    const pass = await store.beginPass('b');
    const lines: BatchLine[] = [];
    const count = await readRequests(file, { providers, model }, (some) => {
      lines.push(...some);
      return store.addLines('b', pass, some);
    });
    return { count, lines };
  } finally {
    await opened.database.destroy();
  }
}
const line = (id: string, body = '{"model":"openai:m","seed":9223372036854775807}') =>
  `{"custom_id":"${id}","method":"POST","url":"/v1/chat/completions","body":${body}}`;

test('lines end with LF or CRLF, blank ones are skipped, the last needs no end; bodies are bytes', async () => {
  const { count, lines } = await read(`${line('a')}\r\n\n${line('b')}\n  \n${line('c')}`);
  assert.equal(count, 3);
  assert.deepEqual(
    lines.map(({ line: number, customId }) => [number, customId]),
    [
      [1, 'a'],
      [3, 'b'],
      [5, 'c'],
    ],
  );
  assert.equal(
    Buffer.from(lines[0]?.body ?? []).toString(),
    '{"model":"openai:m","seed":9223372036854775807}',
  );
  assert.equal(lines[0]?.hash, lines[1]?.hash);
});

const refused: readonly (readonly [string, string | Uint8Array, RegExp])[] = [
  ['an empty file', '', /line 1: the file holds no request/],
  ['bad JSON', `${line('a')}\n{"custom_id": oops}`, /line 2: it is no JSON object/],
  [
    'the same id twice',
    `${line('a')}\n${line('b')}\n${line('a')}`,
    /line 3: the custom_id a stands in line 1 too/,
  ],
  ['an unknown url', line('a').replace('chat/completions', 'images'), /line 1: url is none of/],
  ['no model', line('a', '{}'), /line 1: body.model is not a text/],
  ['a stream', line('a', '{"model":"p:m","stream":true}'), /line 1: body.stream is true/],
  ['another method', line('a').replace('POST', 'GET'), /line 1: method is not POST/],
  ['no id', line('a').replace('custom_id', 'id'), /line 1: custom_id is not a text/],
  ['a byte order mark', `\u{feff}${line('a')}`, /byte order mark of UTF-8/],
  ['an id with NUL', line('a\\u0000b'), /line 1: custom_id has a NUL character/],
  ['half a character', line('a\\ud800'), /line 1: custom_id has half of a surrogate pair/],
  ['a long id', `${line('b')}\n${line('é'.repeat(1001))}`, /line 2: custom_id has 2002 bytes/],
  ['Latin-1', Buffer.from(line('é'), 'latin1'), /line 1: it is not in UTF-8/],
  ['UTF-16', Buffer.from(`\u{feff}${line('a')}`, 'utf16le'), /UTF-16 \(little-endian\)/],
];
for (const [name, content, says] of refused) {
  test(`${name} is told before anything is sent`, async () => {
    await assert.rejects(read(content), (error) => {
      assert.ok(error instanceof BadBatchFile, String(error));
      assert.match(error.message, says);
      return true;
    });
  });
}

test('a model without provider is one of OpenAI; --model takes the place of all', async () => {
  const bodies = async (body: string, model?: string) => {
    const { lines } = await read(line('a', body), model);
    return Buffer.from(lines[0]?.body ?? []).toString();
  };
  assert.equal(await bodies('{"model":"ft:gpt:x", "n":1}'), '{"model":"openai:ft:gpt:x", "n":1}');
  assert.equal(await bodies('{"model":"gpt","n":1}', 'p:m'), '{"model":"p:m","n":1}');
  assert.equal(await bodies('{"n":1}', 'p:m'), '{"n":1,"model":"p:m"}');
  assert.equal(await bodies('{}', 'p:m'), '{"model":"p:m"}');
});

test('of many mistakes twenty are told, the rest is counted', async () => {
  await assert.rejects(read('x\n'.repeat(50)), /line 20: .*\n {2}- and 30 more$/s);
});

test('an id that stands far away from its first place is found, too', async () => {
  const far = Array.from({ length: 1200 }, (_, nth) => line(`id-${nth}`)).join('\n');
  await assert.rejects(
    read(`${far}\n${line('id-3')}`),
    /line 1201: the custom_id id-3 stands in an earlier line too/,
  );
});

test('a row of a table ends where its quotes do, and a quote within a value is its own', async () => {
  const file = path.join(folder, 'table.csv');
  const rows = async (content: string) => {
    writeFileSync(file, content);
    const all = await Array.fromAsync(rowsOf(file));
    return all.map((row) => ('problem' in row ? row : [row.line, ...Object.values(row.values)]));
  };
  assert.deepEqual(await rows('text\r\n5" disc\r\n6" disc\r\n'), [
    [2, '5" disc'],
    [3, '6" disc'],
  ]);
  assert.deepEqual(await rows('a,b\n"one, ""two""\nthree",4\n5,"6"'), [
    [2, 'one, "two"\nthree', '4'],
    [4, '5', '6'],
  ]);
  await assert.rejects(rows('a\nb\n"c\nd\n'), /line 3: a quoted value does not end/);
});
