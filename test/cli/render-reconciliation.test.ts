import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderReconciliation } from '../../src/cli/commands/reconcile.ts';

test('nothing compared is no all-clear', () => {
  assert.equal(
    renderReconciliation({ compared: {}, notAsked: {}, differences: [] }),
    'Nothing was compared: no effect of this worker has a target that lists what it holds, or none is configured (Stripe: STRIPE_SECRET_KEY, GitHub: GITHUB_TOKEN).',
  );
});

test('what was compared is named before the all-clear', () => {
  assert.equal(
    renderReconciliation({
      compared: { charge: { rows: 12, items: 12 } },
      notAsked: {},
      differences: [],
    }),
    'charge: 12 in the ledger, 12 at the target\nNo difference.',
  );
});

test('what is not named is counted', () => {
  const missing = { kind: 'missing at the target', key: 'a/b:charge', what: 'gone' } as const;
  assert.equal(
    renderReconciliation({
      ...{ compared: { charge: { rows: 9999, items: 0 } }, notAsked: {} },
      ...{ differences: [missing], notNamed: 9998 },
    }),
    [
      'charge: 9,999 in the ledger, 0 at the target',
      '9,999 differ:',
      '  missing at the target: a/b:charge: gone',
      '  and 9,998 more',
    ].join('\n'),
  );
});
