import { ApplicationFailure } from '@temporalio/workflow';
import {
  findFailure,
  holdfast,
  type Message,
  type OfferedTool,
  type ToolResultPart,
} from '../../src/workflow.ts';
import type { app } from './app.ts';

const { workflow } = holdfast<typeof app>();

const model = 'openai:gpt-4o-mini';
const maximumTurns = 5;

/** What the model may wish for. It never says whose visit it is: that is not for a model to decide. */
const tools: readonly OfferedTool[] = [
  {
    name: 'bookVisit',
    description: 'Books a visit of the repair service.',
    parameters: {
      type: 'object',
      properties: { day: { type: 'string', format: 'date' } },
      required: ['day'],
      additionalProperties: false,
    },
  },
];

export interface Letter {
  readonly customer: string;
  readonly text: string;
}

export const helpdesk = workflow(
  'helpdesk',
  async ({ customer, text }: Letter, { askWhole, effects }) => {
    const messages: Message[] = [{ role: 'user', content: text }];
    for (let turn = 1; turn <= maximumTurns; turn += 1) {
      const asked = { model, prompt: messages, tools, step: `turn-${turn}` };
      const { value, reasoning = [], toolCalls = [] } = await askWhole(asked);
      if (toolCalls.length === 0) return value;
      const results: ToolResultPart[] = [];
      for (const [index, { id, name, arguments: given }] of toolCalls.entries()) {
        // Tool, turn and position: the same after a Reset, which the provider's own id is not.
        const step = `${turn}-${index + 1}`;
        const about = { type: 'tool-result', id, name } as const;
        try {
          const result = await effects.bookVisit({ customer, day: String(given.day) }, { step });
          results.push({ ...about, result });
        } catch (error) {
          // A clear no is for the model to know. Whatever else it is, the workflow fails of it.
          const failure = findFailure(error);
          if (failure?.type !== 'EffectRefused') throw error;
          results.push({ ...about, result: failure.message, isError: true });
        }
      }
      messages.push(
        { role: 'assistant', content: [...reasoning, ...toolCalls] },
        { role: 'tool', content: results },
      );
    }
    throw ApplicationFailure.nonRetryable(`no answer after ${maximumTurns} turns`, 'TooManyTurns');
  },
);
