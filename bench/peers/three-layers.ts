import { createOpenAI } from '@ai-sdk/openai';
import { generateText } from 'ai';
import pRetry from 'p-retry';
import { readyAndGo, reportUntilEnd } from '../storm/parent.ts';
import { gatewayFetch } from './gateway-fetch.ts';

/**
 * Three layers that each retry, none knowing of the others: a gateway (2 retries), the AI SDK
 * (2 retries, its default), the application with p-retry (10 retries, its default). 99 requests a
 * call at most.
 */
const calls = Number(process.env.STORM_CALLS);
const openai = createOpenAI({
  baseURL: process.env.OPENAI_BASE_URL ?? '',
  apiKey: process.env.OPENAI_API_KEY ?? '',
  fetch: gatewayFetch,
});
await readyAndGo();
let done = 0;
let lost = 0;
for (let index = 0; index < calls; index += 1) {
  pRetry(() =>
    generateText({ model: openai.chat('gpt-4o-mini'), prompt: `Say hello to guest ${index}` }),
  ).then(
    () => {
      done += 1;
    },
    () => {
      lost += 1;
    },
  );
}
await reportUntilEnd(calls, () => ({ done, lost }));
