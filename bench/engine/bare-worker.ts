import { fileURLToPath } from 'node:url';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { generateText } from 'ai';
import { tellParent } from '../storm/parent.ts';
import { concurrentCalls } from './settings.ts';

const activities = {
  async generate(baseURL: string, prompt: string): Promise<string> {
    const provider = createOpenAICompatible({ name: 'bench', baseURL });
    const model = provider.chatModel('m-1');
    return (await generateText({ model, prompt, maxOutputTokens: 2000, maxRetries: 0 })).text;
  },
};

/** What the bare workflow knows of it. */
export type BareActivities = typeof activities;

if (import.meta.main) {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  process.once('disconnect', () => process.exit());
  const worker = await Worker.create({
    connection: await NativeConnection.connect({ address: process.env.TEMPORAL_ADDRESS ?? '' }),
    taskQueue: 'bare',
    workflowsPath: fileURLToPath(new URL('./bare-workflows.ts', import.meta.url)),
    activities,
    maxConcurrentActivityTaskExecutions: concurrentCalls,
  });
  const running = worker.run();
  tellParent({ kind: 'ready' });
  await running;
  process.exit();
}
