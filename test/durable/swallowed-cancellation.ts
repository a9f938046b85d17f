import type { orders } from '../../src/orders/app.ts';
import { holdfast } from '../../src/workflow.ts';

const { workflow } = holdfast<typeof orders>();

/** Goes on as if nothing had been, whatever its charge came to. */
export const heedless = workflow('heedless', async (_: null, { id, effects }) => {
  try {
    await effects.charge({ ...charge, orderId: id });
    return 'charged';
  } catch {
    return 'whatever';
  }
});

/** Waits for neither of its effects. */
export const hasty = workflow('hasty', async (_: null, { id, effects }) => {
  effects.charge({ ...charge, orderId: id }).catch(() => undefined);
  return 'gone';
});

const charge = {
  customerId: 'cus_harbour_books',
  paymentMethod: 'pm_harbour_books',
  total: { amountMinor: 1200, currency: 'eur' },
};
