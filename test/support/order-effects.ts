import type { OutsideEffect, TransactionEffect } from '../../src/effects/once/effect.ts';
import type { EffectResources } from '../../src/effects/targets/configured-targets.ts';
import type { Ticket } from '../../src/effects/targets/github/issue-declaration.ts';
import {
  createOpenIssue,
  type OpenIssueDependencies,
} from '../../src/effects/targets/github/open-issue.ts';
import { type OpenTicketInput, orderTicket } from '../../src/orders/open-ticket.ts';
import type { SavedOrder } from '../../src/orders/order.ts';
import { type SaveOrderInput, saveOrder } from '../../src/orders/save-order.ts';

/** The effect that saves an order, as a worker makes it. */
export function createSaveOrder(resources: Pick<EffectResources, 'ledger' | 'limits'>) {
  const made = saveOrder.make('save', resources);
  return made as TransactionEffect<SaveOrderInput, SavedOrder>;
}

/** The effect that opens an order's ticket, as a worker makes it. */
export function createOpenTicket(github: OpenIssueDependencies) {
  return createOpenIssue(github, orderTicket) satisfies OutsideEffect<OpenTicketInput, Ticket>;
}
