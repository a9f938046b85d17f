import { fingerprintOf, holdfast } from '../../src/workflow.ts';
import type { app } from './app.ts';

const { workflow } = holdfast<typeof app>();

/** A customer's message. */
export interface Ticket {
  readonly text: string;
}

export const triage = workflow('triage', async (ticket: Ticket, { id, ask, effects }) => {
  const answer = await ask.summarise(`Summarise: ${ticket.text}`);
  const saved = await effects.saveSummary({ id, ...answer });
  await effects.notify(saved);
  return saved;
});

export const approved = workflow('approved', async (ticket: Ticket, { id, approval, effects }) => {
  const saved = await effects.saveSummary({ id, summary: ticket.text, urgency: 'low' });
  const { approvedBy } = await approval({
    fingerprint: fingerprintOf(saved),
    reasons: ['a person must look'],
  });
  return `${saved.summary}, says ${approvedBy}`;
});

export const buggy = workflow('buggy', async () => {
  throw new Error('the lamp is broken');
});

export const typo = workflow('typo', async (ticket: Ticket) => {
  const { subject } = ticket as unknown as { subject: string };
  return subject.toUpperCase();
});

export const unknownEffect = workflow('unknownEffect', async (ticket: Ticket, { effects }) => {
  const { telephone } = effects as unknown as { telephone: (ticket: Ticket) => Promise<void> };
  await telephone(ticket);
});
