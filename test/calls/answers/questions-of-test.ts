import { isMainThread } from 'node:worker_threads';
import { z } from 'zod';
import { defineApp } from '../../../src/app/define-app.ts';

/** Rules that a JSON Schema cannot say: where they run, and one that blocks its thread. */
export const app = defineApp({
  questions: {
    aside: { answer: z.object({ id: z.int().refine(() => !isMainThread, 'another thread') }) },
    hostile: { answer: z.object({ text: z.string().regex(/^(\w+\s?)+$/) }) },
  },
});
