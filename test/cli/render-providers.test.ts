import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderProviders } from '../../src/cli/commands/providers.ts';
import type { ProviderGate } from '../../src/wire/provider-gate.ts';

const free: ProviderGate = {
  model: 'openai:gpt-4o-mini',
  state: 'free',
  forMs: 4_000,
  limit: 20,
  inFlight: 3,
  waiting: 0,
  worker: '4711@box',
  ageMs: 100,
};

test('a line for each gate, and none is taken for alive that is silent', () => {
  const text = renderProviders({
    holds: [],
    gates: [
      free,
      {
        ...free,
        model: 'acme:gpt-4o-mini',
        state: 'limited',
        forMs: 12_000,
        limit: 8,
        waiting: 120,
        ratePerSecond: 4.5,
        nextInMs: 9_000,
      },
      { ...free, model: 'google:gemini', state: 'down', inFlight: 0, waiting: 50, nextInMs: 2_100 },
      {
        ...free,
        model: 'ollama:llama3.2',
        state: 'probing',
        inFlight: 1,
        worker: '9@\u001b[2Jbox',
        ageMs: 21_000,
      },
    ],
  });
  assert.equal(text, expected.trim());
});

const expected = `
model               state             in flight  waiting  next                    worker
openai:gpt-4o-mini  free for 4 s        3 of 20        0  at once                 4711@box
acme:gpt-4o-mini    limited for 12 s     3 of 8      120  in 9 s, 4.5 a second    4711@box
google:gemini       down for 4 s        0 of 20       50  probe in 2.1 s          4711@box
ollama:llama3.2     probing for 4 s     1 of 20        0  when the probe is back  9@\ufffd[2Jbox, silent for 21 s`;

test('what a person holds is said first, by whom and why', () => {
  const hold = { target: 'openai', reason: 'maintenance', by: 'alice@box', ageMs: 192_000 };
  const text = renderProviders({ holds: [hold], gates: [free] });
  assert.equal(text, held.trim());
});

const held = `
openai is held by alice for 3 min 12 s: maintenance

model               state  in flight  waiting  next                 worker
openai:gpt-4o-mini  held     3 of 20        0  when it is released  4711@box`;
