import { migrateApp } from '../../src/app/migrate-app.ts';
import type { OutsideEffect, TransactionEffect } from '../../src/effects/once/effect.ts';
import type { Ledger } from '../../src/effects/once/ledger.ts';
import type { Ticket } from '../../src/effects/targets/github/issue-declaration.ts';
import {
  createOpenIssue,
  type OpenIssueDependencies,
} from '../../src/effects/targets/github/open-issue.ts';
import { orders } from '../../src/orders/app.ts';
import type { ChargeLimits } from '../../src/orders/charge-limits.ts';
import { type OpenTicketInput, orderTicket } from '../../src/orders/open-ticket.ts';
import type { SavedOrder } from '../../src/orders/order.ts';
import { type SaveOrderInput, saveOrder } from '../../src/orders/save-order.ts';

/** The effect that saves an order, as a worker makes it. */
export function createSaveOrder(resources: {
  readonly ledger: Ledger;
  readonly limits: ChargeLimits;
}) {
  const { ledger, limits: config } = resources;
  const made = saveOrder.make('save', { ledger, config });
  return made as TransactionEffect<SaveOrderInput, SavedOrder>;
}

/** The ledger with the tables of the orders' effects in it, which a worker makes when it starts. */
export async function withOrderTable(ledger: Ledger): Promise<Ledger> {
  await migrateApp(ledger, orders);
  return ledger;
}

/** The effect that opens an order's ticket, as a worker makes it. */
export function createOpenTicket(github: OpenIssueDependencies) {
  return createOpenIssue(github, orderTicket) satisfies OutsideEffect<OpenTicketInput, Ticket>;
}
