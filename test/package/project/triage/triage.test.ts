import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { answers, rateLimited, testWorld } from 'holdfast/testing';
import { app } from './app.ts';
import type { triage } from './workflows.ts';

test('a rate limit is waited for, and the CRM is told once', async (t) => {
  const world = await testWorld({
    app,
    workflowsPath: fileURLToPath(import.meta.resolve('./workflows.ts')),
    config: { CRM_URL: 'http://crm.test' },
    model: [rateLimited('2m'), answers({ summary: 'a broken lamp', urgency: 'high' })],
    effects: { notify: () => ({ ok: true as const }) },
  });
  t.after(() => world.stop());
  const saved = await world.run<typeof triage>('triage', { text: 'My lamp!' }, { id: 'T-1' });
  assert.deepEqual(saved, { id: 'T-1', summary: 'a broken lamp', urgency: 'high' });
  assert.deepEqual(
    world.effects.map(({ key }) => key),
    ['test/T-1:saveSummary', 'test/T-1:notify'],
  );
});
