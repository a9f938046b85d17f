import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { answers, rateLimited, testWorld } from 'holdfast/testing';
import { app } from './app.ts';
import type { triage } from './workflows.ts';

test('a rate limit is waited for, and the ticket is saved once', async (t) => {
  const world = await testWorld({
    app,
    workflowsPath: fileURLToPath(new URL('./workflows.ts', import.meta.url)),
    model: [rateLimited('2m'), answers({ summary: 'a broken lamp', urgency: 'high' })],
  });
  t.after(() => world.stop());
  const saved = await world.run<typeof triage>('triage', { text: 'My lamp!' }, { id: 'T-1' });
  assert.deepEqual(saved, { id: 'T-1', summary: 'a broken lamp', urgency: 'high' });
  assert.equal(world.requests.length, 2);
});
