import { z } from 'zod';
import { defineApp, httpEffect } from '../../src/app.ts';

const visit = z.object({ customer: z.string(), day: z.string() });

export const app = defineApp({
  effects: {
    bookVisit: httpEffect({
      does: 'book a visit of the repair service',
      target: 'the planner',
      config: z.object({ PLANNER_URL: z.url() }),
      baseUrl: ({ PLANNER_URL }) => PLANNER_URL,
      input: visit,
      result: visit.extend({ id: z.string() }),
      identity: ({ customer, day }) => ({ customer, day }),
      request: (body) => ({ path: '/visits', body }),
    }),
  },
});
