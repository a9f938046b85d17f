import { fileURLToPath } from 'node:url';
import { createOpenAI } from '@ai-sdk/openai';
import { AiSdkPlugin } from '@temporalio/ai-sdk';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { readyAndGo, reportUntilEnd } from '../storm/parent.ts';
import { startTogether } from '../storm/start-together.ts';
import { countWorkflows } from '../storm/temporal-counts.ts';

/** `@temporalio/ai-sdk` as it comes: its defaults, Temporal's default policy, one worker. */
const calls = Number(process.env.STORM_CALLS);
const address = process.env.TEMPORAL_ADDRESS ?? '';
const openai = createOpenAI({
  baseURL: process.env.OPENAI_BASE_URL ?? '',
  apiKey: process.env.OPENAI_API_KEY ?? '',
});
const client = new Client({ connection: await Connection.connect({ address }) });
const worker = await Worker.create({
  connection: await NativeConnection.connect({ address }),
  taskQueue: 'storm',
  workflowsPath: fileURLToPath(new URL('plugin-workflows.ts', import.meta.url)),
  plugins: [new AiSdkPlugin({ modelProvider: { ...openai, languageModel: openai.chat } })],
});
const run = worker.run();
await readyAndGo();
const started = startTogether(calls, (index) =>
  client.workflow.start('ask', {
    workflowId: `storm-${index}`,
    taskQueue: 'storm',
    args: [`Say hello to guest ${index}`],
  }),
);
await Promise.race([
  run,
  Promise.all([started, reportUntilEnd(calls, () => countWorkflows(client))]),
]);
