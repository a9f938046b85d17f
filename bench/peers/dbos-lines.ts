import { createOpenAI } from '@ai-sdk/openai';
import { DBOS } from '@dbos-inc/dbos-sdk';
import { generateText } from 'ai';
import pMap from 'p-map';
import { promptsIn } from '../batch/lines.ts';

// One durable workflow with a step for each line: `dbos-lines.ts FILE BASE-URL AT-ONCE DATABASE-URL`.

const [file = '', baseURL = '', atOnce = '1', systemDatabaseUrl = ''] = process.argv.slice(2);
const prompts = await promptsIn(file);
const model = createOpenAI({ baseURL, apiKey: 'any' }).chat('m');

async function answer(prompt: string): Promise<string> {
  return (await generateText({ model, maxRetries: 0, prompt })).text;
}
const runLines = DBOS.registerWorkflow(
  async (all: string[]) =>
    pMap(all, (prompt) => DBOS.runStep(() => answer(prompt), { name: 'answer' }), {
      concurrency: Number(atOnce),
    }),
  { name: 'lines' },
);
DBOS.setConfig({ name: 'lines', systemDatabaseUrl, logLevel: 'error' });
await DBOS.launch();
console.log((await runLines(prompts)).length);
await DBOS.shutdown();
