import type { orders } from '../../src/orders/app.ts';
import type { SavedOrder } from '../../src/orders/order.ts';
import { holdfast } from '../../src/workflow.ts';

const { workflow } = holdfast<typeof orders>();
const total = { amountMinor: 1200, currency: 'eur' };
const customer = { customerId: 'cus_harbour_books', paymentMethod: 'pm_harbour_books' };

/** Charges and opens a ticket at once; a person may have the ticket skipped, and not the charge. */
export const chargeAndTicket = workflow('chargeAndTicket', async (_: null, { id, effects }) => {
  const order: SavedOrder = {
    ...{ orderId: id, ...customer, total, reviewReasons: [], fingerprint: 'v1:1' },
    extracted: {
      items: [{ description: 'lamp', quantity: 1, unitPrice: '12.00' }],
      ...{ total: '12.00', currency: 'EUR' },
    },
  };
  const paid = { chargeId: 'pi_1', ...total };
  const [charge, ticket] = await Promise.all([
    effects.charge({ orderId: id, ...customer, total }),
    effects.ticket({ order, charge: paid }, { skippable: true }),
  ]);
  return { amountMinor: charge.amountMinor, ticket: ticket ?? 'skipped' };
});

/** Asks two persons at once, and a third for what one of them looked at as well. */
export const threeApprovals = workflow('threeApprovals', async (_: null, { approval }) => {
  const ask = async (step: string, fingerprint: string) =>
    (await approval({ step, fingerprint, reasons: [`${step} must be looked at`] })).answer ?? null;
  const both = await Promise.all([ask('left', 'v1:left'), ask('right', 'v1:right')]);
  return [...both, ...(await Promise.all([ask('twice', 'v1:left'), ask('thrice', 'v1:new')]))];
});
