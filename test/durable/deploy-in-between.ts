import { holdfast } from '../../src/workflow.ts';
import type { app } from '../app/triage/app.ts';

const { workflow } = holdfast<typeof app>();

/** Does what the application had when it began, and then what a deploy has added. */
export const continued = workflow('continued', async (_: null, { effects }) => {
  const note = { id: 'T-1', summary: 'no light', urgency: 'high' } as const;
  await effects.saveSummary(note);
  await effects.notify(note, { step: 'first' });
  return await effects.notify(note);
});
