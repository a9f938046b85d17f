import { patched } from '@temporalio/workflow';
import { fingerprintOf, holdfast } from '../../src/workflow.ts';
import type { app } from './app.ts';

const { workflow } = holdfast<typeof app>();

export const offer = workflow('offer', async (text: string, { id, effects, approval }) => {
  if (patched('announce-offers')) {
    await effects.notify({ id, text: 'An offer is being looked at.' }, { step: 'announced' });
  }
  const { approvedBy } = await approval({ fingerprint: fingerprintOf(text), reasons: [text] });
  await effects.notify({ id, text });
  return approvedBy;
});
