import type { orders } from '../../src/orders/app.ts';
import { approvedTotal } from '../../src/orders/approval.ts';
import type { ProcessOrderInput } from '../../src/orders/order.ts';
import { orderMessages } from '../../src/orders/order-question.ts';
import { holdfast } from '../../src/workflow.ts';

const { workflow } = holdfast<typeof orders>();

/** The story of an order as a deploy has broken it, between charge and ticket. */
export const processOrder = workflow(
  'processOrder',
  async ({ request, model }: ProcessOrderInput, { id: orderId, ask, effects, approval }) => {
    const question = { model, title: 'extract order' };
    const extracted = await ask.extract(orderMessages(request.email), question);
    const order = await effects.save({ orderId, request, extracted });
    const total = await approvedTotal(order, approval, 0);
    const { customerId, paymentMethod } = order;
    const charge = await effects.charge({ orderId, customerId, paymentMethod, total });
    const { receipt } = charge as unknown as { receipt: { url: string } };
    return receipt.url;
  },
);
