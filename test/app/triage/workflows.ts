import { holdfast } from '../../../src/workflow.ts';
import type { app } from './app.ts';

const { workflow } = holdfast<typeof app>();

/** What a customer wrote. */
export interface Ticket {
  readonly text: string;
}

export const triage = workflow('triage', async (ticket: Ticket, { id, ask, effects }) => {
  const answer = await ask.summarise(`Summarise: ${ticket.text}`);
  const saved = await effects.saveSummary({ id, ...answer });
  const { id: noted } = await effects.notify(saved);
  return { ...saved, noted };
});
