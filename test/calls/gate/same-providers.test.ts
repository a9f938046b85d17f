import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sameProviders } from '../../../src/calls/gate/gates.ts';
import { builtinProviders } from '../../../src/config/builtin-providers.ts';
import { environment } from '../../../src/config/environment.ts';

test('two names with one address and key are one provider; without a key nothing is the same', () => {
  const providers = builtinProviders(environment.parse({ OPENAI_API_KEY: 'sk-1' }));
  assert.deepEqual(sameProviders(providers), { 'openai-responses': 'openai' });
  assert.deepEqual(sameProviders(builtinProviders(environment.parse({}))), {});
  assert.deepEqual(
    sameProviders([
      { name: 'one', baseUrl: 'https://llm.example/v1', apiKey: 'a' },
      { name: 'other key', baseUrl: 'https://llm.example/v1', apiKey: 'b' },
      { name: 'other place', baseUrl: 'https://llm.example/v2', apiKey: 'a' },
      { name: 'same', baseUrl: 'https://llm.example/v1', apiKey: 'a' },
    ]),
    { same: 'one' },
  );
});
