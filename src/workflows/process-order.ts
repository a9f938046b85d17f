import type { orders } from '../orders/app.ts';
import { approvedTotal } from '../orders/approval.ts';
import type { ProcessOrderInput, ProcessOrderResult } from '../orders/order.ts';
import { orderMessages } from '../orders/order-question.ts';
import { holdfast } from '../workflow.ts';

const { workflow } = holdfast<typeof orders>();

/**
 * An order arrives as an email. A model reads it; then it is saved, charged and ticketed, each once.
 *
 * The first save decides: whatever a later reading of the same email says, every step after it
 * works with the row that was saved. Customer and payment method come from the caller.
 */
export const processOrder = workflow(
  'processOrder',
  async (
    { request, model }: ProcessOrderInput,
    { id: orderId, ask, effects, approval, report, rules },
  ): Promise<ProcessOrderResult> => {
    const question = { model, title: 'extract order' };
    const extracted = await ask.extract(orderMessages(request.email), question);
    const order = await effects.save({ orderId, request, extracted });

    const { payment } = (await rules()).policies;
    const total = await approvedTotal(order, approval, payment.parkDeadlineMs);
    const { customerId, paymentMethod } = order;
    const charge = await effects.charge({ orderId, customerId, paymentMethod, total });
    // A person who opened the ticket by hand may have the workflow go on without one.
    const ticket = await effects.ticket({ order, charge }, { skippable: true });

    return { order, charge, ...(ticket && { ticket }), calls: report() };
  },
  // The model that reads the email is not business input: another one is the same order.
  { identity: ({ request }) => request },
);
