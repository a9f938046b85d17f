import { fingerprintOf, holdfast } from '../../src/workflow.ts';
import type { app } from './app.ts';

const { workflow } = holdfast<typeof app>();

export const offer = workflow('offer', async (text: string, { id, effects, approval }) => {
  const { approvedBy } = await approval({ fingerprint: fingerprintOf(text), reasons: [text] });
  await effects.notify({ id, text });
  return approvedBy;
});
