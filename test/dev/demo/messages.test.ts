import assert from 'node:assert/strict';
import { mkdtempDisposableSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { it } from 'node:test';
import { runDemo } from './run-demo.ts';

// Line 3 holds a record of two lines: the next message is msg-5. The faults are those that the
// demo's plan gives to these ids: see test/dev/sandbox/demo-faults.test.ts.
const messages = `text,category
where is my card,card_arrival
"Hello,
what is the exchange rate?",exchange_rate
please give me a refund,request_refund
${Array.from({ length: 20 }, (_, n) => `I lost my card ${n},card_lost`).join('\n')}
`;

it('npm start --messages classifies each, and counts', async () => {
  using folder = mkdtempDisposableSync(path.join(tmpdir(), 'holdfast-test-'));
  const file = path.join(folder.path, 'messages.csv');
  writeFileSync(file, messages);
  const { exitCode, stdout } = await runDemo(['--messages', file, '--limit', '22']);
  assert.match(stdout, /^22 of 23 messages, 4 intents\.$/m);
  assert.match(stdout, /✓ messages +22 started, 22 answered, 0 failed /);
  const [, received, sent] = /(\d+) received, (\d+) attempts sent/.exec(stdout) ?? [];
  assert.equal(received, sent);
  assert.ok(Number(received) > 22, 'there were faults');
  assert.match(stdout, /✓ agreement +22 of 22 \(100 %\) .*it is no model/);
  assert.equal(exitCode, 0);
});
