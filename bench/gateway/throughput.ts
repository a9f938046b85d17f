import { Client, Connection } from '@temporalio/client';

const concurrency = 100;
const forMs = 8000;

/** Calls a second where each is a workflow of one activity, a hundred at once. */
export async function bareWorkflowsPerSecond(address: string, baseUrl: string): Promise<number> {
  const connection = await Connection.connect({ address });
  const client = new Client({ connection });
  let done = 0;
  let nth = 0;
  const startedMs = performance.now();
  const caller = async () => {
    while (performance.now() - startedMs < forMs) {
      nth += 1;
      await client.workflow.execute('bare', {
        ...{ taskQueue: 'bare', workflowId: `bare-${nth}`, args: [baseUrl, `Call ${nth}`] },
      });
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: concurrency }, caller));
  const seconds = (performance.now() - startedMs) / 1000;
  await connection.close();
  return done / seconds;
}
