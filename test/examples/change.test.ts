import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { app } from '../../examples/change/app.ts';
import { findProgram } from '../../src/servers/find-program.ts';
import { testServer } from '../../src/servers/test-server.ts';
import { replay, testWorld } from '../../src/testing.ts';

const server = await findProgram(testServer);
const fileOf = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const workflowsPath = fileOf('../../examples/change/workflows.ts');

/** A world in which a workflow of this file waits for a person. */
async function waitingWorld(file: string) {
  const world = await testWorld({
    ...{ app, server, workflowsPath: file, config: { CRM_URL: 'http://crm.test' } },
    effects: { notify: () => ({ ok: true as const }) },
  });
  const handle = await world.start('offer', 'Half price.', { id: 'O-1' });
  await world.parked('O-1');
  return { world, history: await handle.fetchHistory() };
}

test('workflows that wait today go on with the code of tomorrow', async () => {
  const { world, history: waiting } = await waitingWorld(fileOf('../../examples/change/before.ts'));
  await using _ = world;
  await replay({ workflowsPath, histories: [waiting] });
  await assert.rejects(
    replay({ workflowsPath: fileOf('careless-change.ts'), histories: [waiting] }),
    /1 of 1 histories do not fit today's workflows:\noffer \(1\): \[TMPRL1100\] Nondeterminism error/,
  );
});

test('those that begin tomorrow have the new step', async () => {
  const { world } = await waitingWorld(workflowsPath);
  await using _ = world;
  assert.deepEqual(
    world.effects.map(({ key }) => key),
    ['test/O-1:notify.announced'],
  );
});
