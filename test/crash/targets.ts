import { DatabaseSync } from 'node:sqlite';
import pg from 'pg';
import { startGitHub } from '../../dev/sandbox/github.ts';
import { startResend } from '../../dev/sandbox/resend.ts';
import { startStripe } from '../../dev/sandbox/stripe.ts';
import { pass, type WireFault } from '../../dev/sandbox/wire-fault.ts';
import type { DatabaseLocation } from '../../src/database/open-database.ts';
import { type Breakpoints, idOfKey } from './breakpoints.ts';
import type { Strike } from './cells.ts';
import { startWebhookListener } from './webhook-listener.ts';

/** What a target holds for a workflow. */
export interface Count {
  /** Rows, charges that succeeded, emails, open tickets, webhooks. */
  readonly effects: number;
  /** Tickets that were closed again. */
  readonly closed: number;
}

/** The customer of every cell. */
export const customer = { id: 'cus_crash', paymentMethod: 'pm_crash' };

/** The outside world of one group, each request of it held at two points. */
export async function startTargets(
  cleanups: AsyncDisposableStack,
  breakpoints: Breakpoints,
  strike: Strike,
) {
  const held = (id: string): WireFault => ({
    kind: 'held',
    received: () => breakpoints.reach(id, 'after the request was sent'),
    executed: () => breakpoints.reach(id, 'after the target did it'),
  });
  const [stripe, github, resend, webhook] = await Promise.all([
    startStripe({
      customers: [{ id: customer.id }],
      paymentMethods: [{ id: customer.paymentMethod, customer: customer.id }],
      faults: ({ method, idempotencyKey }) => {
        if (method !== 'POST' || !idempotencyKey) return pass;
        const id = idOfKey(idempotencyKey);
        if (strike !== 'Stripe stores a 500') return held(id);
        return { kind: 'storedServerError', executed: id.includes('after-the-target-did-it') };
      },
    }),
    startGitHub({
      faults: ({ method, path, body }) => {
        if (method !== 'POST' || !path.endsWith('/issues')) return pass;
        return held(orderOfTitle((JSON.parse(body) as { title: string }).title));
      },
    }),
    startResend({
      faults: ({ method, idempotencyKey }) =>
        method === 'POST' && idempotencyKey ? held(idOfKey(idempotencyKey)) : pass,
    }),
    startWebhookListener((key) => held(idOfKey(key))),
  ]);
  for (const target of [stripe, github, resend, webhook]) cleanups.defer(() => target.stop());

  return {
    stripe,
    github,
    resend,
    webhook,
    async charges(id: string): Promise<Count> {
      const intents = await stripe.paymentIntents();
      const charged = intents.filter(
        ({ status, metadata }) => status === 'succeeded' && metadata.holdfast_order === id,
      );
      return { effects: charged.length, closed: 0 };
    },
    async tickets(id: string): Promise<Count> {
      const tickets = (await github.issues()).filter(({ title }) => orderOfTitle(title) === id);
      const effects = tickets.filter(({ state }) => state === 'open').length;
      return { effects, closed: tickets.length - effects };
    },
    async emails(id: string): Promise<Count> {
      const sent = (await resend.emails()).filter(({ subject }) => subject === id);
      return { effects: sent.length, closed: 0 };
    },
    webhooks: (id: string): Count => ({
      effects: webhook.keys.filter((key) => idOfKey(key) === id).length,
      closed: 0,
    }),
  };
}

/** See {@link startTargets}. */
export type Targets = Awaited<ReturnType<typeof startTargets>>;

const orderOfTitle = (title: string) => title.replace('Fulfil order ', '');

/** How often an order is in the database. */
export async function countRows(id: string, location: DatabaseLocation): Promise<Count> {
  const { databaseUrl, sqliteFile } = location;
  if (databaseUrl !== undefined) {
    const client = new pg.Client({ connectionString: databaseUrl });
    await client.connect();
    const query = 'select count(*)::int as effects from holdfast_order where order_id = $1';
    const { rows } = await client.query(query, [id]);
    await client.end();
    return { effects: rows[0].effects, closed: 0 };
  }
  const database = new DatabaseSync(sqliteFile ?? '', { readOnly: true });
  const query = 'select count(*) as effects from holdfast_order where order_id = ?';
  const row = database.prepare(query).get(id);
  database.close();
  return { effects: Number(row?.effects), closed: 0 };
}
