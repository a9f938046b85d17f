import { fileURLToPath } from 'node:url';
import { createOpenAI } from '@ai-sdk/openai';
import { AiSdkPlugin } from '@temporalio/ai-sdk';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import pMap from 'p-map';
import { promptsIn } from '../batch/lines.ts';

// A workflow for each line: `plugin-lines.ts FILE BASE-URL AT-ONCE ADDRESS`.

const [file = '', baseURL = '', atOnce = '1', address = ''] = process.argv.slice(2);
const prompts = await promptsIn(file);
const openai = createOpenAI({ baseURL, apiKey: 'any' });
Runtime.install({ logger: new DefaultLogger('ERROR') });
const client = new Client({ connection: await Connection.connect({ address }) });
const worker = await Worker.create({
  connection: await NativeConnection.connect({ address }),
  taskQueue: 'lines',
  workflowsPath: fileURLToPath(new URL('plugin-workflows.ts', import.meta.url)),
  plugins: [new AiSdkPlugin({ modelProvider: { ...openai, languageModel: openai.chat } })],
});
const answers = await worker.runUntil(
  pMap(
    prompts,
    (prompt, nth) =>
      client.workflow.execute('ask', {
        workflowId: `line-${nth}`,
        taskQueue: 'lines',
        args: [prompt],
      }),
    { concurrency: Number(atOnce) },
  ),
);
console.log(answers.length);
// Its connections would keep it.
process.exit();
