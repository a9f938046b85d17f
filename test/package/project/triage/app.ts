import { defineApp, httpEffect, inTransaction } from 'holdfast';
import { z } from 'zod';

const row = z.object({ id: z.string(), summary: z.string(), urgency: z.enum(['low', 'high']) });

export const app = defineApp({
  questions: {
    summarise: { model: 'local:triage', answer: row.omit({ id: true }) },
  },
  effects: {
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
    notify: httpEffect({
      config: z.object({ CRM_URL: z.url() }),
      input: row,
      result: z.object({ ok: z.literal(true) }),
      identity: ({ id }) => ({ id }),
      baseUrl: ({ CRM_URL }) => CRM_URL,
      request: ({ id, summary }) => ({ path: '/notes', body: { ticket: id, summary } }),
      policy: { maximumAttempts: 3 },
    }),
  },
});
