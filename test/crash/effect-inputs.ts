import type { EffectName } from './cells.ts';
import { customer } from './targets.ts';

/** The input of each effect, for an order. */
export function inputFor(effect: EffectName, orderId: string): unknown {
  switch (effect) {
    case 'save':
      return { orderId, request: { email: 'Two bolts, please', customer }, extracted };
    case 'charge':
      return {
        orderId,
        customerId: customer.id,
        paymentMethod: customer.paymentMethod,
        total,
      };
    case 'ticket':
      return { order: savedOrder(orderId), charge: { chargeId: 'pi_1', ...total } };
    case 'email':
      return { to: `${orderId}@customers.example`, subject: orderId, text: 'It is on its way.' };
    case 'webhook':
      return { event: 'order.paid', data: { orderId } };
  }
}

const total = { amountMinor: 12000, currency: 'eur' };
const extracted = {
  items: [{ description: 'M8 bolt', quantity: 2, unitPrice: '60.00' }],
  total: '120.00',
  currency: 'EUR',
};

const savedOrder = (orderId: string) => ({
  orderId,
  customerId: customer.id,
  paymentMethod: customer.paymentMethod,
  extracted,
  total,
  reviewReasons: [],
  fingerprint: 'v1:order',
});
