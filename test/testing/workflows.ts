import { fingerprintOf, holdfast, type Message, type OfferedTool } from '../../src/workflow.ts';
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

type Misspelt = { readonly ask: { sumarise: (...asked: unknown[]) => Promise<void> } };

export const unknownQuestion = workflow('unknownQuestion', async (ticket: Ticket, tools) => {
  await (tools as unknown as Misspelt).ask.sumarise(ticket.text);
});

export const unknownQuestionOfModel = workflow(
  'unknownQuestionOfModel',
  async (ticket: Ticket, tools) => {
    await (tools as unknown as Misspelt).ask.sumarise(ticket.text, { model: 'openai:gpt-4o' });
  },
);

/** Two steps that fail at once, of which a person may skip the one and not the other. */
export const inParallel = workflow('inParallel', async (ticket: Ticket, { id, effects }) => {
  const note = { id, summary: ticket.text, urgency: 'low' } as const;
  const [needed, skipped] = await Promise.all([
    effects.notify(note, { step: 'needed' }),
    effects.notify(note, { step: 'skippable', skippable: true }),
  ]);
  return { needed, skipped: skipped ?? 'nothing' };
});

/** Two persons are asked at once, then one as often as the ticket's text says. */
export const approvals = workflow('approvals', async (ticket: Ticket, { approval }) => {
  const ask = async (fingerprint: string) =>
    (await approval({ step: fingerprint, fingerprint, reasons: ['a person must look'] }))
      .approvedBy;
  const said = await Promise.all([ask('left'), ask('right')]);
  for (let count = 0; count < Number(ticket.text); count += 1) said.push(await ask('again'));
  return said.length;
});

export const sameStep = workflow('sameStep', async (ticket: Ticket, { ask }) => {
  await ask.summarise(ticket.text, { step: 'mine' });
  await ask.summarise(`${ticket.text} again`, { step: 'mine' });
});

/** What the language asks of an object that is returned from a helper, or printed. */
export const helpers = workflow('helpers', async (_: Ticket, tools) => {
  const effects = await (async () => tools.effects)();
  return JSON.stringify({ effects });
});

const identity = ({ text }: Ticket) => text;
export const ofOneType = workflow('ofOneType', async () => 'one', { identity });
export const ofAnother = workflow('ofAnother', async () => 'another', { identity });

export const priced = workflow('priced', async (sku: string, { askWhole }) => {
  const question: Message = { role: 'user', content: `What is the price of ${sku}?` };
  const settings = { temperature: 0, maximumOutputTokens: 50 };
  const wish = await askWhole({ model: 'openai:gpt-4o', prompt: [question], tools, settings });
  const [call] = wish.toolCalls ?? [];
  if (!call) return wish.value;
  const { id, name } = call;
  const { value } = await askWhole({
    model: 'openai:gpt-4o',
    prompt: [
      question,
      { role: 'assistant', content: [call] },
      { role: 'tool', content: [{ type: 'tool-result', id, name, result: { price: '9.50' } }] },
    ],
    tools,
    toolChoice: 'none',
  });
  return value;
});

const tools: readonly OfferedTool[] = [
  { name: 'lookUp', parameters: { type: 'object', properties: { sku: { type: 'string' } } } },
];
