import { isMainThread } from 'node:worker_threads';
import { z } from 'zod';
import { defineApp } from '../../../src/app/define-app.ts';

/** A question of a file that connects to something when it is loaded, where nobody answers. */
export const app = defineApp({ questions: { ask: { answer: z.object({ id: z.string() }) } } });

// A timer, for a thread with nothing to wait for would end by itself.
if (!isMainThread) await new Promise((resolve) => setTimeout(resolve, 3_600_000));
