import { sql } from 'kysely';
import { z } from 'zod';
import type { EffectTable } from '../../src/database/database-schema.ts';
import { type DatabaseLocation, openDatabase } from '../../src/database/open-database.ts';
import type { NativeKeyEffect } from '../../src/effects/once/effect.ts';
import type { Claim, ClaimRequest, Ledger } from '../../src/effects/once/ledger.ts';
import { ledgerIn } from '../../src/effects/once/open-ledger.ts';
import { runOnce } from '../../src/effects/once/run-once.ts';
import { fingerprintOf } from '../../src/wire/identifiers.ts';
import { createSaveOrder, withOrderTable } from '../../test/support/order-effects.ts';

/** What is measured, each once a round and in this order; `record` records what `claim` claimed. */
export const stepNames = [
  'bare insert',
  'claim',
  'record',
  'a whole effect',
  'the same again',
  'a saved order',
] as const;

export type StepName = (typeof stepNames)[number];

/** A database with the ledger in it, and what is measured on it. */
export interface Store {
  readonly run: Readonly<Record<StepName, (round: number) => Promise<unknown>>>;
  readonly close: () => Promise<void>;
}

/** A charge's request, and what is kept of its answer. */
const request = {
  amount: 12_000,
  currency: 'eur',
  customer: 'cus_NffrFeUfNV2Hib',
  payment_method: 'pm_1MoBy5LkdIwHu7ixZhnattbh',
  confirm: true,
  off_session: true,
  automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
  metadata: { holdfast_order: 'order-1042', holdfast_key: 'prod/order-1042:charge' },
};
const result = { chargeId: 'pi_3MtwBwLkdIwHu7ix28a3tqPa', amountMinor: 12_000, currency: 'eur' };
const fingerprint = fingerprintOf(request);

/** Opens the ledger, and beside it, on the same connections, a table for bare inserts. */
export async function openStore(location: DatabaseLocation): Promise<Store> {
  const open = openDatabase(location);
  const ledger = await withOrderTable(await ledgerIn(open));
  const database = open.database.withTables<{ bench_insert: EffectTable }>();
  await sql`create table bench_insert (key text not null, generation integer not null,
    effect text not null, fingerprint text not null, request text not null, api_version text,
    state text not null, token bigint not null, in_doubt integer not null,
    first_sent_at_ms bigint not null, claimed_at_ms bigint not null, lease_until_ms bigint not null, request_timeout_ms bigint,
    result text, failure text, created_at_ms bigint not null, updated_at_ms bigint not null,
    primary key (key, generation))`.execute(database);
  const charge = chargeAtOnce();
  const save = createSaveOrder({
    ledger,
    limits: [{ amountMinor: 50_000, currency: 'eur' }],
  });
  let claim: Claim | undefined;
  const place = (round: number) => ({ scope: 'bench', workflowId: `order-${round}` });
  const chargeOnce = (round: number) => runOnce(ledger, charge, place(round), null);
  return {
    run: {
      'bare insert': (round) => database.insertInto('bench_insert').values(rowOf(round)).execute(),
      claim: async (round) => {
        claim = await ledger.claim(claimOf(round));
      },
      record: (round) => recordOf(ledger, claim, round),
      'a whole effect': chargeOnce,
      'the same again': chargeOnce,
      'a saved order': (round) => runOnce(ledger, save, place(round), orderOf(round)),
    },
    close: () => ledger.close(),
  };
}

function claimOf(round: number): ClaimRequest {
  return {
    key: `bench/claimed-${round}:charge`,
    effect: 'charge',
    fingerprint,
    request: JSON.stringify(request),
    apiVersion: '2026-10-29.clover',
    leaseMs: 10_000,
    requestTimeoutMs: 60_000,
  };
}

async function recordOf(ledger: Ledger, claim: Claim | undefined, round: number): Promise<void> {
  const isRecorded = claim && (await ledger.record(claim, JSON.stringify(result)));
  if (!isRecorded) throw new Error(`round ${round} was not claimed and recorded`);
}

/** What the ledger's row holds in the end, all of it given. */
function rowOf(round: number): EffectTable {
  const { apiVersion = null, leaseMs, requestTimeoutMs = null, ...claimed } = claimOf(round);
  const nowMs = Date.now();
  return {
    ...claimed,
    generation: 1,
    api_version: apiVersion,
    state: 'succeeded',
    token: round,
    in_doubt: 0,
    first_sent_at_ms: nowMs,
    claimed_at_ms: nowMs,
    lease_until_ms: nowMs + leaseMs,
    request_timeout_ms: requestTimeoutMs,
    result: JSON.stringify(result),
    failure: null,
    created_at_ms: nowMs,
    updated_at_ms: nowMs,
  };
}

/** An effect whose target takes no time at all: what is left is what being once costs. */
function chargeAtOnce(): NativeKeyEffect<null, typeof result> {
  return {
    name: 'charge',
    target: 'none',
    way: 'native key',
    input: z.null(),
    result: z.object({ chargeId: z.string(), amountMinor: z.int(), currency: z.string() }),
    identity: () => request,
    run: async () => result,
  };
}

function orderOf(round: number) {
  return {
    orderId: `order-${round}`,
    request: { email: 'Two bolts', customer: { id: 'cus_1', paymentMethod: 'pm_1' } },
    extracted: {
      items: [{ description: 'Bolt', quantity: 2, unitPrice: '60.00' }],
      total: '120.00',
      currency: 'EUR',
    },
  };
}
