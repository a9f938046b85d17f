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
