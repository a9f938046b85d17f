import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { generateText } from 'ai';
import { promptOf } from './lines.ts';

// What a loop without anything does: `bare-loop.ts BASE-URL LINES AT-ONCE`. Prints seconds.

const [baseURL = '', lines = '0', atOnce = '1'] = process.argv.slice(2);
const model = createOpenAICompatible({ name: 'bench', baseURL }).chatModel('m');
let next = 0;
const results: string[] = [];
async function work(): Promise<void> {
  while (next < Number(lines)) {
    next += 1;
    const { text } = await generateText({ model, maxRetries: 0, prompt: promptOf(next) });
    results.push(text);
  }
}
const startedMs = performance.now();
await Promise.all(Array.from({ length: Number(atOnce) }, work));
if (results.length !== Number(lines)) throw new Error(`${results.length} of ${lines}`);
console.log((performance.now() - startedMs) / 1000);
