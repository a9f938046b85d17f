import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { Client, Connection } from '@temporalio/client';
import { startDevServer } from '../../dev/servers/index.ts';
import { pollStatuses, resolvePolicies, startComplete } from '../../src/client.ts';

test('a server that is killed and comes back is waited for, with the last statuses kept', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-poll-'));
  const dbFilename = path.join(folder, 'temporal.db');
  let server = await startDevServer({ dbFilename, isHeadless: true });
  const connection = await Connection.connect({ address: server.address });
  try {
    const client = new Client({ connection });
    // No worker: it runs until it is cancelled.
    const { handle } = await startComplete(
      client,
      {
        request: { model: 'openai:gpt-4o-mini', messages: [{ role: 'user', content: 'hi' }] },
        policies: resolvePolicies(),
      },
      { id: 'patient-1' },
    );
    let phase: 'up' | 'down' | 'back' = 'up';
    for await (const round of pollStatuses(client, { ids: ['patient-1'], intervalMs: 100 })) {
      assert.deepEqual(
        round.statuses.map(({ workflowId }) => workflowId),
        ['patient-1'],
      );
      if (phase === 'up') {
        await server.stop('SIGKILL');
        phase = 'down';
      } else if (phase === 'down' && round.unreachableSince) {
        const { port } = server;
        server = await startDevServer({ dbFilename, port, isHeadless: true });
        phase = 'back';
      } else if (phase === 'back' && !round.unreachableSince) {
        if (round.statuses[0]?.status === 'RUNNING') await handle.terminate();
      }
    }
    assert.equal(phase, 'back');
  } finally {
    await connection.close();
    await server.stop('SIGKILL');
    rmSync(folder, { recursive: true });
  }
});
