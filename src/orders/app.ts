import {
  defineApp,
  githubIssue,
  resendEmail,
  stripeCharge,
  stripeRefund,
  webhook,
} from '../app.ts';
import { orderTicket } from './open-ticket.ts';
import { extractedOrderSchema } from './order.ts';
import { orderDefaults } from './order-defaults.ts';
import { saveOrder } from './save-order.ts';

/** The application of orders: the question it asks, and the effects it has. */
export const orders = defineApp({
  questions: { extract: { answer: extractedOrderSchema } },
  effects: {
    save: saveOrder,
    charge: stripeCharge(),
    ticket: githubIssue(orderTicket, { does: 'open the ticket for fulfilment' }),
    refund: stripeRefund(),
    email: resendEmail(),
    webhook: webhook(),
  },
  policies: orderDefaults,
});

/** The names of the effects of `processOrder`, in order. */
export const orderEffects = ['save', 'charge', 'ticket'] as const;
