import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import { literally, literalServer } from '../../test/calls/literal-server.ts';
import { runHoldfast } from '../../test/cli/run-holdfast.ts';
import { gatewayProcesses } from '../../test/gateway/gateway-processes.ts';
import { until } from '../../test/support/until.ts';

const answer = { id: 'resp_1', object: 'response', status: 'completed', output: [] };
const overloaded = { error: { code: 'server_error', message: 'no' } };
const refused = { error: { code: 'context_length_exceeded', message: 'no' } };

/** The ways of a background call whose end is told to a webhook: what its provider answers, in turn. */
export const forwardedCalls: Readonly<Record<string, readonly (readonly [number, object])[]>> = {
  'forward-told': [
    [503, overloaded],
    [200, answer],
  ],
  'forward-failed-told': [[400, refused]],
};

type History = Awaited<ReturnType<WorkflowHandle['fetchHistory']>>;

/** Plays one with a gateway, a worker and Temporal. @returns the history of its workflow. */
export async function forwardedHistory(
  replies: readonly (readonly [number, object])[],
): Promise<History> {
  await using cleanups = new AsyncDisposableStack();
  const { provider, url, env, startGateway } = await gatewayProcesses(cleanups);
  await startGateway();
  const receiver = await literalServer();
  cleanups.defer(() => receiver.close());
  receiver.answer(literally(200, {}));
  const hook = `http://127.0.0.1:${receiver.port}/hooks`;
  const flags = ['--tenant', 'acme', '--webhook', hook];
  const { stdout } = await runHoldfast(['keys', 'add', ...flags], { env });
  let asked = 0;
  provider.answer((...call) => {
    const [status, body] = replies[Math.min(asked, replies.length - 1)] ?? [200, answer];
    asked += 1;
    literally(status, body)(...call);
  });
  const begun = await fetch(`${url}/v1/responses`, {
    method: 'POST',
    headers: { authorization: `Bearer ${stdout.split('\n')[0]}` },
    body: JSON.stringify({ model: 'openai:gpt-4o', input: 'Hello', background: true }),
  });
  const connection = await Connection.connect({ address: env.TEMPORAL_ADDRESS ?? '' });
  cleanups.defer(() => connection.close());
  const id = begun.headers.get('x-holdfast-workflow') ?? '';
  const handle = new Client({ connection }).workflow.getHandle(id);
  await until(async () => {
    const { status } = await handle.describe().catch(() => ({ status: { name: 'RUNNING' } }));
    return status.name === 'RUNNING' ? undefined : true;
  });
  return await handle.fetchHistory();
}
