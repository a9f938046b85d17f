import { z } from 'zod';
import { defineApp, httpEffect } from '../../src/app.ts';

const note = z.object({ id: z.string(), text: z.string() });

export const app = defineApp({
  effects: {
    notify: httpEffect({
      config: z.object({ CRM_URL: z.url() }),
      baseUrl: ({ CRM_URL }) => CRM_URL,
      input: note,
      result: z.object({ ok: z.literal(true) }),
      identity: (about) => about,
      request: (body) => ({ path: '/notes', body }),
    }),
  },
});
