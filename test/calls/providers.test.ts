import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createProviders } from '../../src/calls/provider/providers.ts';

test('a model is built once, not for each call, and a provider that is not there is told each time', () => {
  const providers = createProviders([
    { name: 'local', family: 'openai-compatible', baseUrl: 'http://127.0.0.1:1/v1' },
  ]);
  const first = providers.resolveModel('local:m-1').languageModel;
  assert.equal(providers.resolveModel('local:m-1').languageModel, first);
  assert.equal(providers.resolveModel('local:m-2').languageModel.modelId, 'm-2');
  for (const _ of ['once', 'again']) {
    assert.throws(() => providers.resolveModel('remote:m-1'), { message: /no provider remote/ });
  }
});
