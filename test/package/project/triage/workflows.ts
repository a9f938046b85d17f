import { holdfast } from 'holdfast/workflow';
import type { app } from './app.ts';

const { workflow } = holdfast<typeof app>();

export interface Ticket {
  readonly text: string;
}

export const triage = workflow('triage', async (ticket: Ticket, { id, ask, effects }) => {
  const answer = await ask.summarise(`Summarise: ${ticket.text}`);
  const saved = await effects.saveSummary({ id, ...answer });
  await effects.notify(saved);
  return saved;
});
