import type { orders } from '../../src/orders/app.ts';
import { holdfast } from '../../src/workflow.ts';

export * from '../../src/durable/library-workflows.ts';

const { workflow } = holdfast<typeof orders>();

/** Asks ten large questions at once. */
export const tenQuestions = workflow(
  'tenQuestions',
  async (characters: number, { ask, report }) => {
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        ask({
          model: 'openai:gpt-4o-mini',
          step: `question-${index}`,
          prompt: 'x'.repeat(characters),
        }),
      ),
    );
    return { answers, attempts: report().attempts };
  },
);
