import { createOpenAI } from '@ai-sdk/openai';
import { generateText } from 'ai';
import { readyAndGo, reportUntilEnd } from '../storm/parent.ts';

/** The AI SDK with its own retries, as it comes: `maxRetries` 2. */
const calls = Number(process.env.STORM_CALLS);
const openai = createOpenAI({
  baseURL: process.env.OPENAI_BASE_URL ?? '',
  apiKey: process.env.OPENAI_API_KEY ?? '',
});
await readyAndGo();
let done = 0;
let lost = 0;
for (let index = 0; index < calls; index += 1) {
  generateText({ model: openai.chat('gpt-4o-mini'), prompt: `Say hello to guest ${index}` }).then(
    () => {
      done += 1;
    },
    () => {
      lost += 1;
    },
  );
}
await reportUntilEnd(calls, () => ({ done, lost }));
