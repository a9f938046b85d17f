import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { generateText } from 'ai';
import { promptsIn } from './lines.ts';

// What a loop without anything does: `bare-loop.ts FILE BASE-URL AT-ONCE`. Prints how many it answered.

const [file = '', baseURL = '', atOnce = '1'] = process.argv.slice(2);
const model = createOpenAICompatible({ name: 'bench', baseURL }).chatModel('m');
const prompts = (await promptsIn(file)).values();
const results: string[] = [];
async function work(): Promise<void> {
  for (const prompt of prompts) {
    const { text } = await generateText({ model, maxRetries: 0, prompt });
    results.push(text);
  }
}
await Promise.all(Array.from({ length: Number(atOnce) }, work));
console.log(results.length);
