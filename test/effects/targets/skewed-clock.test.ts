import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sql } from 'kysely';
import { failureOf } from '../once/expect-failure.ts';
import { temporaryLedger } from '../once/temporary-ledger.ts';
import { charge, stripeWith } from './charge-bench.ts';
import { created, github, open, pass } from './ticket-bench.ts';

const ledger = temporaryLedger();
const hourMs = 60 * 60 * 1000;

/** As if the database's clock had been wrong by so much when the attempt in doubt was claimed. */
const claimedAt = (skewMs: number, key: string) =>
  ledger().transaction((_, transaction) =>
    sql`update holdfast_effect set first_sent_at_ms = first_sent_at_ms + ${skewMs},
      claimed_at_ms = claimed_at_ms + ${skewMs}, created_at_ms = created_at_ms + ${skewMs}
      where key = ${key}`.execute(transaction),
  );

for (const [skew, skewMs] of [
  ['an hour ahead', hourMs],
  ['an hour behind', -hourMs],
] as const) {
  test(`the database's clock was ${skew}: a ticket in doubt is found, and opened once`, async (t) => {
    const server = await github(t, ({ method, nthForThisRoute }) =>
      method === 'POST' && nthForThisRoute === 1 ? { kind: 'lost' } : pass,
    );
    const id = `ticket-${skew.replaceAll(' ', '-')}`;
    await failureOf(open(ledger(), server, id));
    await claimedAt(skewMs, `test/${id}:ticket`);
    assert.equal((await open(ledger(), server, id)).result.ticketNumber, 1);
    assert.equal(created(server), 1);
  });

  test(`the database's clock was ${skew}: a charge in doubt is charged once`, async (t) => {
    const stripe = await stripeWith(t, [{ kind: 'lost' }]);
    const id = `charge-${skew.replaceAll(' ', '-')}`;
    await failureOf(charge(ledger(), stripe, id));
    await claimedAt(skewMs, `test/${id}:charge`);
    const { result } = await charge(ledger(), stripe, id);
    const payments = await stripe.paymentIntents();
    assert.deepEqual(
      payments.map((each) => each.id),
      [result.chargeId],
    );
  });
}
