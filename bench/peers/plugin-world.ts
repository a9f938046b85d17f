import { fileURLToPath } from 'node:url';
import { createOpenAI } from '@ai-sdk/openai';
import type { ProviderV4 } from '@ai-sdk/provider';
import { AiSdkPlugin } from '@temporalio/ai-sdk';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import {
  bundleWorkflowCode,
  DefaultLogger,
  NativeConnection,
  Runtime,
  Worker,
} from '@temporalio/worker';
import {
  type ModelProvider,
  type ModelProviderOptions,
  startModelProvider,
} from '../../dev/sandbox/model-provider.ts';
import type { DevServer } from '../../dev/servers/index.ts';

/** Their plugin on a real server, against a model over real HTTP. */
export interface PluginWorld {
  readonly provider: ModelProvider;
  /** Starts one call through the plugin. */
  ask(id: string): Promise<WorkflowHandle>;
  stop(): Promise<void>;
}

/** What a world is made from. */
export interface PluginWorldOptions extends Partial<ModelProviderOptions> {
  readonly temporal: DevServer;
  readonly apiKey?: string;
  /** What the plugin is given instead of the provider as it comes. */
  readonly wrap?: (provider: ProviderV4) => ProviderV4;
}

// What the SDK says of every failed attempt is not what a reader of test results looks for.
const logger = new DefaultLogger('ERROR');
Runtime.install({ logger, telemetryOptions: { logging: { filter: 'OFF' } } });
let bundle: Promise<{ code: string }> | undefined;

/** Starts the world; `stop()` it in the end. The server outlives it. */
export async function startPluginWorld(options: PluginWorldOptions): Promise<PluginWorld> {
  const { temporal, apiKey = 'sk-good', wrap = (provider) => provider } = options;
  const provider = await startModelProvider({ answer: () => 'Hello.', ...options });
  const openai = createOpenAI({ baseURL: provider.baseUrl, apiKey });
  const plugin = new AiSdkPlugin({
    modelProvider: wrap({ ...openai, specificationVersion: 'v4', languageModel: openai.chat }),
  });
  const taskQueue = `plugin-${provider.baseUrl}`;
  bundle ??= bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL('plugin-workflows.ts', import.meta.url)),
    plugins: [plugin],
    logger,
  });
  const nativeConnection = await NativeConnection.connect({ address: temporal.address });
  const connection = await Connection.connect({ address: temporal.address });
  const worker = await Worker.create({
    connection: nativeConnection,
    taskQueue,
    workflowBundle: await bundle,
    plugins: [plugin],
  });
  const run = worker.run();
  const client = new Client({ connection });
  const handles: WorkflowHandle[] = [];
  return {
    provider,
    async ask(id) {
      const workflowId = `${taskQueue}-${id}`;
      const handle = await client.workflow.start('ask', {
        taskQueue,
        workflowId,
        args: ['Say hello'],
      });
      handles.push(handle);
      return handle;
    },
    async stop() {
      await Promise.all(handles.map((handle) => handle.terminate().catch(() => {})));
      worker.shutdown();
      await run;
      await connection.close();
      await nativeConnection.close();
      await provider.stop();
    },
  };
}
