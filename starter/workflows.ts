// What happens, in order. A worker that dies in between changes nothing: the next one goes on.
//
//   npx holdfast start triage --id T-1 --input '{"text":"The lamp arrived broken."}' --wait
import { holdfast } from 'holdfast/workflow';
import type { app } from './app.ts';

const { workflow } = holdfast<typeof app>();

export interface Ticket {
  readonly text: string;
}

export const triage = workflow('triage', async (ticket: Ticket, { id, ask, effects }) => {
  const answer = await ask.summarise(`Summarise, and say how urgent it is: ${ticket.text}`);
  return effects.saveSummary({ id, ...answer });
});
