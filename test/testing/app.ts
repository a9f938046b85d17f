import { z } from 'zod';
import { defineApp, httpEffect, inTransaction } from '../../src/app.ts';

const row = z.object({ id: z.string(), summary: z.string(), urgency: z.enum(['low', 'high']) });

/** The example of a project: triage of tickets. */
export const app = defineApp({
  questions: {
    summarise: {
      model: 'openai:gpt-4o-mini',
      answer: z.object({ summary: z.string(), urgency: z.enum(['low', 'high']) }),
    },
  },
  effects: {
    saveSummary: inTransaction({
      input: row,
      result: row,
      identity: ({ id }) => ({ id }),
      migrations: {
        '001':
          'create table ticket_summary (id text primary key, summary text not null, urgency text not null)',
      },
      async run({ input, sql }) {
        const { id, summary, urgency } = input;
        await sql`insert into ticket_summary values (${id}, ${summary}, ${urgency})`;
        return input;
      },
    }),
    notify: httpEffect({
      config: z.object({ CRM_URL: z.url() }),
      baseUrl: ({ CRM_URL }) => CRM_URL,
      input: row,
      result: z.object({ ok: z.boolean() }),
      identity: ({ id }) => ({ id }),
      request: ({ id, urgency }) => ({ path: '/tickets', body: { id, urgency } }),
      policy: { maximumAttempts: 20 },
    }),
  },
  policies: { model: { retryAfterCapMs: 15 * 60_000 } },
});
