import { z } from 'zod';
import { defineApp, httpEffect } from '../../src/app.ts';
import { row, app as triage } from '../app/triage/app.ts';

/** The triage of tickets, with a target that says little and is asked often. */
export const app = defineApp({
  questions: triage.questions,
  effects: {
    saveSummary: triage.effects.saveSummary,
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
