import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, it } from 'node:test';
import { readMessages } from '../../../dev/demo/read-messages.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-test-'));
after(() => rmSync(folder, { recursive: true }));

it('a message is named by the line on which its record begins', () => {
  const file = path.join(folder, 'messages.csv');
  writeFileSync(
    file,
    '\ufeffcategory,id,text\r\nb,1,first\r\na,2,"two\r\nlines, ""quoted"""\r\n\r\nb,3,third\r\n,4,no label\r\n',
  );
  assert.deepEqual(readMessages(file, 2), {
    messages: [
      { line: 2, text: 'first', category: 'b' },
      { line: 3, text: 'two\r\nlines, "quoted"', category: 'a' },
    ],
    total: 3,
    intents: ['a', 'b'],
  });
  assert.equal(readMessages(file, 3).messages[2]?.line, 6);
});

it('the file that the README names holds 200 messages, twenty of each kind, each but once', () => {
  const { messages, intents } = readMessages('examples/messages.csv', 1000);
  assert.equal(new Set(messages.map(({ text }) => text)).size, 200);
  assert.equal(intents.length, 10);
  for (const intent of intents) {
    assert.equal(messages.filter(({ category }) => category === intent).length, 20, intent);
  }
});
