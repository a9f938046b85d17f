import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import { startDevServer } from '../../src/servers/dev-server.ts';
import { startServerProcess } from '../../src/servers/server-process.ts';
import { completion, literally, literalServer } from '../../test/calls/literal-server.ts';
import { startHoldfast } from '../../test/cli/run-holdfast.ts';
import { until } from '../../test/support/until.ts';
import { startBatchApi } from '../sandbox/batch-api.ts';

const root = path.join(import.meta.dirname, '..', '..');
const node = path.join(root, 'node_modules', '.bin', 'node');

/** Runs `holdfast batch` with these words to its end. */
type RunHoldfast = (...words: string[]) => Promise<{ readonly stdout: string }>;
type Provider = Awaited<ReturnType<typeof literalServer>>;
type Api = Awaited<ReturnType<typeof startBatchApi>>;

/** A way of a batch of three lines, at a provider that answers live or by its own Batch API. */
type Way =
  | { readonly play: (holdfast: RunHoldfast, provider: Provider) => Promise<unknown> }
  | {
      readonly words: readonly string[];
      readonly playAtApi: (holdfast: RunHoldfast, api: Api) => Promise<unknown>;
    };

const run = ['run', 'asks.jsonl', '--out', 'out', '--json'];
const viaApi = [...run, '--via', 'batch-api', '--poll', '1'];
const plain = ['one', 'two', 'three'];

/** The ways of a batch that a command runs. */
export const ownBatches: Readonly<Record<string, Way>> = {
  'batch-completed': { play: (holdfast) => holdfast(...run) },
  'batch-parked-resumed': {
    async play(holdfast, provider) {
      provider.answer(literally(401, { error: { message: 'no', code: 'invalid_api_key' } }));
      await holdfast(...run);
      provider.answer(literally(200, completion('hello')));
      await holdfast(...run);
    },
  },
  'batch-paused-resumed': {
    async play(holdfast, provider) {
      const { promise: released, resolve: release } = Promise.withResolvers<void>();
      provider.answer(async (...call) => {
        await released;
        literally(200, completion('hello'))(...call);
      });
      const running = holdfast(...run, '--concurrency', '1');
      await until(async () => provider.seen.length === 1 || undefined);
      await holdfast('pause', 'out');
      release();
      await until(async () => {
        const { stdout } = await holdfast('status', 'out', '--json');
        return JSON.parse(stdout).state === 'paused' || undefined;
      });
      await holdfast('resume', 'out');
      await running;
    },
  },
  'batch-via-api': { words: plain, playAtApi: (holdfast) => holdfast(...viaApi) },
  'batch-via-api-cancelled': {
    words: ['one', 'two', 'unrun'],
    async playAtApi(holdfast, api) {
      const running = holdfast(...viaApi);
      await until(async () => api.batches[0]?.status === 'in_progress' || undefined);
      await holdfast('cancel', 'out');
      await running;
    },
  },
};

type History = Awaited<ReturnType<WorkflowHandle['fetchHistory']>>;

/** Plays one with a worker and Temporal. @returns the history of its workflow. */
export async function ownBatchHistory(way: Way): Promise<History> {
  await using cleanups = new AsyncDisposableStack();
  const folder = await mkdtemp(path.join(tmpdir(), 'holdfast-history-'));
  cleanups.defer(() => rm(folder, { recursive: true, maxRetries: 3 }));
  const provider = await literalServer();
  cleanups.defer(() => provider.close());
  const api = await startBatchApi({
    answer: ({ body }) => (body.messages[0]?.content === 'unrun' ? { fate: 'unrun' } : 'hello'),
  });
  cleanups.defer(() => api.stop());
  const server = await startDevServer({ isHeadless: true });
  cleanups.defer(() => server.stop());
  const env = {
    TEMPORAL_ADDRESS: server.address,
    HOLDFAST_LEDGER: path.join(folder, 'ledger.db'),
    OPENAI_API_KEY: 'sk-any',
    OPENAI_BASE_URL: 'words' in way ? api.baseUrl : provider.baseUrl,
  };
  const worker = await startServerProcess(node, [path.join(root, 'src/serve-file.ts')], {
    ...{ env: { PATH: process.env.PATH, HOME: folder, ...env }, extendEnv: false, cwd: folder },
  });
  cleanups.defer(() => worker.stop());
  const holdfast: RunHoldfast = (...words) =>
    startHoldfast(['batch', ...words], { cwd: folder, env, timeoutMs: 60_000 });
  const lines = ('words' in way ? way.words : plain).map((content, nth) => {
    const body = { model: 'gpt-4o-mini', messages: [{ role: 'user', content }] };
    return JSON.stringify({
      custom_id: `${nth}`,
      method: 'POST',
      url: '/v1/chat/completions',
      body,
    });
  });
  await writeFile(path.join(folder, 'asks.jsonl'), lines.join('\n'));
  await ('words' in way ? way.playAtApi(holdfast, api) : way.play(holdfast, provider));
  const connection = await Connection.connect({ address: server.address });
  cleanups.defer(() => connection.close());
  const { workflow } = new Client({ connection });
  for await (const { workflowId } of workflow.list({ query: 'WorkflowType = "batch"' })) {
    return await workflow.getHandle(workflowId).fetchHistory();
  }
  throw new Error('no batch has run');
}
