import type { orders } from '../../../src/orders/app.ts';
import { holdfast } from '../../../src/workflow.ts';

const { workflow } = holdfast<typeof orders>();

/** Asks each of these models twice, all at once, and says how many attempts that took. */
export const askAll = workflow('askAll', async (models: readonly string[], { ask, report }) => {
  const prompt = 'Say hello';
  await Promise.all([...models, ...models].map((model) => ask({ model, prompt })));
  return report().attempts;
});
