import { z } from 'zod';
import type { FindBeforeCreateEffect } from '../effects/once/effect.ts';
import { codeSpan } from '../effects/targets/github/issue-text.ts';
import {
  createOpenIssue,
  type OpenIssueDependencies,
  type Ticket,
} from '../effects/targets/github/open-issue.ts';
import type { Charge } from '../effects/targets/stripe/charge.ts';
import { formatMoney } from './money.ts';
import type { SavedOrder } from './order.ts';
import { savedOrderSchema } from './save-order.ts';

/** The paid order that a ticket is opened for. */
export interface OpenTicketInput {
  readonly order: SavedOrder;
  readonly charge: Charge;
}

/** Opens the ticket that fulfilment works from. */
export function createOpenTicket(
  github: OpenIssueDependencies,
): FindBeforeCreateEffect<OpenTicketInput, Ticket> {
  return createOpenIssue(github, {
    input: z.object({
      order: savedOrderSchema,
      charge: z.object({ chargeId: z.string(), amountMinor: z.int(), currency: z.string() }),
    }),
    identity: ({ order }) => ({ orderId: order.orderId }),
    title: ticketTitle,
    body: ticketBody,
  });
}

/** The ticket's title. The order id is the caller's, and of safe characters. */
function ticketTitle({ order }: OpenTicketInput): string {
  return `Fulfil order ${order.orderId}`;
}

/** The ticket's body in Markdown. Whatever stems from the email stands in code spans. */
function ticketBody({ order, charge }: OpenTicketInput): string {
  const { items, total, currency } = order.extracted;
  return [
    `Order ${codeSpan(order.orderId)} is paid: ${formatMoney(charge)}, charge ${codeSpan(charge.chargeId)}, customer ${codeSpan(order.customerId)}.`,
    '',
    ...items.map(
      ({ description, quantity, unitPrice }) =>
        `- ${quantity} × ${codeSpan(description)} at ${codeSpan(unitPrice)}`,
    ),
    '',
    `As the email writes it: ${codeSpan(total)} ${codeSpan(currency)}.`,
  ].join('\n');
}
