import type { app } from '../../examples/change/app.ts';
import { fingerprintOf, holdfast } from '../../src/workflow.ts';

const { workflow } = holdfast<typeof app>();

/** `examples/change/workflows.ts` without `patched`. */
export const offer = workflow('offer', async (text: string, { id, effects, approval }) => {
  await effects.notify({ id, text: 'An offer is being looked at.' }, { step: 'announced' });
  const { approvedBy } = await approval({ fingerprint: fingerprintOf(text), reasons: [text] });
  await effects.notify({ id, text });
  return approvedBy;
});
