import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createGates } from '../../../src/calls/gate/gates.ts';

test('what is low goes only while nothing else waits', async () => {
  const gates = createGates({ settings: { initialLimit: 1, maximumLimit: 1 } });
  const went: string[] = [];
  async function ask(name: string) {
    const isLow = name.startsWith('batch');
    const decision = await gates.enter({
      ...{ model: 'openai:gpt-4o-mini', fairnessKey: isLow ? 'acme low' : 'acme', isLow },
      ...{ tokens: 100, capMs: 30_000, signal: new AbortController().signal },
    });
    went.push(name);
    return decision.kind === 'go' ? decision.pass : assert.fail('it was sent back');
  }
  const first = await ask('first');
  const others = ['batch 1', 'batch 2', 'live 1', 'live 2'].map(async (name) =>
    (await ask(name)).ended({ signal: 'answered' }),
  );
  first.ended({ signal: 'answered' });
  await Promise.all(others);
  assert.deepEqual(went, ['first', 'live 1', 'live 2', 'batch 1', 'batch 2']);
});
