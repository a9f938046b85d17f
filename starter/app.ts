// What is asked, and what is done. Workflows import it by type only; the worker runs it.
import { defineApp, inTransaction } from 'holdfast';
import { z } from 'zod';

const summary = z.object({ summary: z.string().min(1), urgency: z.enum(['low', 'high']) });
const row = summary.extend({ id: z.string() });

export const app = defineApp({
  questions: {
    // Its key is OPENAI_API_KEY, of the environment or of a file `.env`. A model of Ollama,
    // `ollama:llama3.2`, needs none.
    summarise: { model: 'openai:gpt-4o-mini', answer: summary },
  },
  effects: {
    // Done once for each ticket: the row and Holdfast's note of it are one transaction.
    saveSummary: inTransaction({
      input: row,
      result: row,
      identity: ({ id }) => ({ id }),
      migrations: {
        '001': 'create table summary (id text primary key, summary text, urgency text)',
      },
      async run({ input, sql }) {
        const { id, summary, urgency } = input;
        await sql`insert into summary (id, summary, urgency) values (${id}, ${summary}, ${urgency})`;
        return input;
      },
    }),
  },
});
