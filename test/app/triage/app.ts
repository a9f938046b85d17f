import { z } from 'zod';
import { defineApp, httpEffect, inTransaction } from '../../../src/app.ts';

/** A ticket's summary. */
export const row = z.object({
  id: z.string(),
  summary: z.string(),
  urgency: z.enum(['low', 'high']),
});

/** An application as a user writes it: one question, one row of its own, one endpoint. */
export const app = defineApp({
  questions: {
    summarise: { model: 'openai:gpt-4o-mini', answer: row.omit({ id: true }) },
  },
  effects: {
    saveSummary: inTransaction({
      input: row,
      result: row,
      identity: ({ id }) => ({ id }),
      migrations: {
        '001': 'create table summary (id text primary key, summary text not null)',
      },
      run: async ({ input, sql }) => {
        await sql`insert into summary values (${input.id}, ${input.summary})`;
        return input;
      },
    }),
    notify: httpEffect({
      config: z.object({ CRM_URL: z.url() }),
      baseUrl: ({ CRM_URL }) => CRM_URL,
      input: row,
      result: z.object({ id: z.string() }),
      identity: ({ id }) => ({ id }),
      request: ({ id, summary }) => ({ path: '/things', body: { ticket: id, summary } }),
      policy: { maximumAttempts: 2, initialIntervalMs: 10, jitter: 0 },
    }),
  },
});
