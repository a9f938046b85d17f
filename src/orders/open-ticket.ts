import { z } from 'zod';
import type { Charge, IssueDeclaration } from '../app.ts';
import { codeSpan, formatMoney } from '../app.ts';
import type { SavedOrder } from './order.ts';
import { savedOrderSchema } from './save-order.ts';

/** The paid order that a ticket is opened for. */
export interface OpenTicketInput {
  readonly order: SavedOrder;
  readonly charge: Charge;
}

/** The ticket that fulfilment works from, as a GitHub issue. */
export const orderTicket: IssueDeclaration<OpenTicketInput> = {
  input: z.object({
    order: savedOrderSchema,
    charge: z.object({ chargeId: z.string(), amountMinor: z.int(), currency: z.string() }),
  }),
  identity: ({ order }) => ({ orderId: order.orderId }),
  title: ticketTitle,
  body: ticketBody,
};

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
