import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatDuration } from '../../src/cli/format.ts';
import { renderPolicy } from '../../src/cli/render-policy.ts';
import { temporalUi } from '../../src/cli/with-client.ts';
import { resolvePolicies } from '../../src/policies/resolve-policies.ts';

test('waits, bars, worst case', () => {
  const { ticket } = resolvePolicies({
    ticket: { maximumAttempts: 4, maximumIntervalMs: 2000, initialIntervalMs: 500 },
  });
  assert.equal(
    renderPolicy('ticket', ticket, { width: 80 }),
    [
      'ticket: at most 4 attempts; waits 500 ms × 2 up to 2 s, jitter 50 %',
      '',
      '  after attempt              wait',
      '              1  250 ms to 500 ms  ████░░░░░',
      '              2     500 ms to 1 s  █████████░░░░░░░░░',
      '              3        1 s to 2 s  ██████████████████░░░░░░░░░░░░░░░░░',
      '',
      '  █ waited always   ░ the random share: between the two lies the wait',
      '',
      '  at worst     4 requests, 2 min 4 s',
      '  attempt      ends after 30 s without an answer',
      '  elapsed      no attempt starts later than 1 h',
      '  Retry-After  waited for up to 5 min, besides the above; longer is final',
      '',
      '  Temporal clusters with default settings raise waits under 1 s to 1 s.',
    ].join('\n'),
  );
});

test('a policy without a cap on attempts does not print a thousand rows', () => {
  const { ticket } = resolvePolicies({ ticket: { maximumAttempts: 0 } });
  const text = renderPolicy('ticket', ticket, { width: 80 });
  assert.match(text, /^ticket: attempts uncapped; /);
  assert.match(text, /and \d+ more, each at most 30 s/);
  assert.match(text, /no attempt starts later than 1 h, which ends the retries/);
  assert.ok(text.split('\n').length < 40);
});

test('durations for people', () => {
  assert.deepEqual([250, 1000, 4240, 60_000, 200_000, 3_600_000, 7_500_000].map(formatDuration), [
    '250 ms',
    '1 s',
    '4.2 s',
    '1 min',
    '3 min 20 s',
    '1 h',
    '2 h 5 min',
  ]);
  // Rounding must not print "60 s" or "60 min".
  assert.deepEqual([59_960, 7_199_900].map(formatDuration), ['1 min', '2 h']);
});

test('links into the Temporal UI, where it is known', () => {
  const local = { address: '127.0.0.1:7233', namespace: 'default' };
  assert.equal(temporalUi(undefined, local)('order-1'), undefined);
  assert.equal(
    temporalUi('http://127.0.0.1:8233/', local)('order-1'),
    'http://127.0.0.1:8233/namespaces/default/workflows/order-1',
  );
  const cloud = { address: 'shop.a1b2.tmprl.cloud:7233', namespace: 'shop.a1b2' };
  assert.equal(
    temporalUi(undefined, cloud)(),
    'https://cloud.temporal.io/namespaces/shop.a1b2/workflows',
  );
});
