import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import OpenAI, { toFile } from 'openai';
import { completion, literally, type Reply } from '../../test/calls/literal-server.ts';
import { gatewayProcesses } from '../../test/gateway/gateway-processes.ts';
import { until } from '../../test/support/until.ts';

/** The ways of a client's batch: its window, and what the provider answers to its one line. */
export const clientBatches: Readonly<Record<string, readonly [window: string, reply: Reply]>> = {
  'client-batch-completed': ['24h', literally(200, completion('hello'))],
  'client-batch-expired': ['2s', literally(429, {}, { 'retry-after': '30' })],
};

type History = Awaited<ReturnType<WorkflowHandle['fetchHistory']>>;

/** Plays one with a gateway, a worker and Temporal. @returns the history of its workflow. */
export async function clientBatchHistory([window, reply]: readonly [
  string,
  Reply,
]): Promise<History> {
  await using cleanups = new AsyncDisposableStack();
  const { provider, url, env, startGateway } = await gatewayProcesses(cleanups);
  await startGateway();
  provider.answer(reply);
  const openai = new OpenAI({ baseURL: `${url}/v1`, apiKey: 'any' });
  const endpoint = '/v1/chat/completions';
  const body = { model: 'gpt-4o', messages: [] };
  const line = JSON.stringify({ custom_id: 'a', method: 'POST', url: endpoint, body });
  const file = await toFile(Buffer.from(line), 'asks.jsonl');
  const { id: input_file_id } = await openai.files.create({ file, purpose: 'batch' });
  const completion_window = window as '24h';
  const { id } = await openai.batches.create({ input_file_id, endpoint, completion_window });
  const connection = await Connection.connect({ address: env.TEMPORAL_ADDRESS ?? '' });
  cleanups.defer(() => connection.close());
  const handle = new Client({ connection }).workflow.getHandle(id);
  await until(async () => {
    const { status } = await handle.describe().catch(() => ({ status: { name: 'RUNNING' } }));
    return status.name === 'RUNNING' ? undefined : true;
  });
  return await handle.fetchHistory();
}
