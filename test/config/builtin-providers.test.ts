import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { InvalidConfiguration, loadClientConfig, loadConfig } from '../../src/config.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-providers-'));
after(() => rmSync(folder, { recursive: true }));

function providersOf(env: NodeJS.ProcessEnv) {
  return Object.fromEntries(
    loadConfig(env).providers.map(({ name, family, baseUrl, apiKey }) => [
      name,
      [family, baseUrl, apiKey],
    ]),
  );
}

function providersFile(entries: object[]): string {
  const file = path.join(folder, 'providers.json');
  writeFileSync(file, JSON.stringify(entries));
  return file;
}

describe('the providers that need no file', () => {
  test('take their keys and addresses from the environment', () => {
    assert.deepEqual(
      providersOf({
        OPENAI_API_KEY: 'sk-1',
        ANTHROPIC_API_KEY: 'sk-ant-1',
        GOOGLE_GENERATIVE_AI_API_KEY: 'AIza-1',
        GEMINI_API_KEY: 'AIza-2',
      }),
      {
        openai: ['openai', undefined, 'sk-1'],
        'openai-responses': ['openai-responses', undefined, 'sk-1'],
        anthropic: ['anthropic', undefined, 'sk-ant-1'],
        google: ['google', undefined, 'AIza-1'],
        ollama: ['openai-compatible', 'http://127.0.0.1:11434/v1', undefined],
      },
    );
    assert.deepEqual(providersOf({ GEMINI_API_KEY: 'AIza-2' }).google?.[2], 'AIza-2');
  });

  test('their addresses go without the version, as in the providers own SDKs, or with it', () => {
    const bare = providersOf({
      ANTHROPIC_BASE_URL: 'https://proxy.example',
      GOOGLE_BASE_URL: 'https://proxy.example/',
    });
    assert.equal(bare.anthropic?.[1], 'https://proxy.example/v1');
    assert.equal(bare.google?.[1], 'https://proxy.example/v1beta');
    const whole = providersOf({
      ANTHROPIC_BASE_URL: 'https://proxy.example/anthropic/v1',
      GOOGLE_BASE_URL: 'https://proxy.example/v1alpha',
    });
    assert.equal(whole.anthropic?.[1], 'https://proxy.example/anthropic/v1');
    assert.equal(whole.google?.[1], 'https://proxy.example/v1alpha');
  });

  test('are known to the client by the same names', () => {
    assert.deepEqual(loadClientConfig({}).providerNames(), Object.keys(providersOf({})));
  });
});

describe('the providers file', () => {
  test('adds providers of any family', () => {
    const file = providersFile([
      { name: 'claude', family: 'anthropic', apiKeyVariable: 'CLAUDE_KEY' },
      { name: 'azure', baseUrl: 'https://x.openai.azure.com/openai/deployments/mini' },
    ]);
    const providers = providersOf({ HOLDFAST_PROVIDERS: file, CLAUDE_KEY: 'sk-ant-2' });
    assert.deepEqual(providers.claude, ['anthropic', undefined, 'sk-ant-2']);
    assert.equal(providers.azure?.[0], 'openai-compatible');
  });

  test('this machine gets four calls at once, unless its entry says otherwise; others no such limit', () => {
    const here = 'http://127.0.0.1:8000/v1';
    const file = providersFile([
      { name: 'vllm', baseUrl: here },
      { name: 'large', baseUrl: here, maximumInFlight: 64 },
      { name: 'far', baseUrl: 'https://models.example/v1' },
    ]);
    const { providers } = loadConfig({ HOLDFAST_PROVIDERS: file });
    const limits = Object.fromEntries(providers.map((each) => [each.name, each.maximumInFlight]));
    assert.deepEqual(
      [limits.vllm, limits.large, limits.far, limits.ollama, limits.openai],
      [4, 64, undefined, 4, undefined],
    );
  });

  test('so do those that are always there, and an entry of their name takes their place', () => {
    const env = {
      OPENAI_BASE_URL: 'http://127.0.0.1:8000/v1',
      ANTHROPIC_BASE_URL: 'http://[::1]:8001',
      GOOGLE_BASE_URL: 'https://proxy.example',
    };
    const own = { name: 'openai', family: 'openai', apiKeyVariable: 'OPENAI_API_KEY' };
    const file = providersFile([{ ...own, baseUrl: env.OPENAI_BASE_URL, maximumInFlight: 500 }]);
    const limits = (variables: Record<string, string>) =>
      loadConfig(variables).providers.map(({ name, maximumInFlight }) => [name, maximumInFlight]);
    assert.deepEqual(limits(env), [
      ['openai', 4],
      ['openai-responses', 4],
      ['anthropic', 4],
      ['google', undefined],
      ['ollama', 4],
    ]);
    assert.deepEqual(limits({ ...env, HOLDFAST_PROVIDERS: file }), [
      ['openai', 500],
      ['openai-responses', 4],
      ['anthropic', 4],
      ['google', undefined],
      ['ollama', 4],
    ]);
    assert.deepEqual(loadClientConfig({ HOLDFAST_PROVIDERS: file }).providerNames(), [
      'openai',
      'openai-responses',
      'anthropic',
      'google',
      'ollama',
    ]);
  });

  test('names a compatible server without an address, and a family that there is not', () => {
    const file = providersFile([{ name: 'vllm' }, { name: 'x', family: 'cohere' }]);
    assert.throws(
      () => loadConfig({ HOLDFAST_PROVIDERS: file }),
      (error) => {
        assert.ok(error instanceof InvalidConfiguration);
        assert.deepEqual(error.problems, [
          `HOLDFAST_PROVIDERS (${file}): 0.baseUrl: must be set for the family openai-compatible`,
          `HOLDFAST_PROVIDERS (${file}): 1.family: Invalid option: expected one of "openai"|"openai-responses"|"openai-compatible"|"anthropic"|"google"`,
        ]);
        return true;
      },
    );
  });

  test('a key goes over plain http to this machine only, unless the entry allows it', () => {
    const key = { apiKeyVariable: 'KEY' };
    const far = 'http://models.internal/v1';
    const file = providersFile([
      { name: 'here', baseUrl: 'http://[::1]:8000/v1', ...key },
      { name: 'keyless', baseUrl: far },
      { name: 'allowed', baseUrl: far, ...key, allowPlainHttp: true },
      { name: 'by-key', baseUrl: far, ...key },
      { name: 'other-door', openaiBaseUrl: far, baseUrl: 'https://models.internal', ...key },
      { name: 'refused', baseUrl: far, allowPlainHttp: false },
    ]);
    const cured =
      'must be https, since credentials are sent to it; where the network in between is trusted,';
    assert.throws(
      () => loadConfig({ HOLDFAST_PROVIDERS: file, OPENAI_BASE_URL: far }),
      (error) => {
        assert.ok(error instanceof InvalidConfiguration);
        assert.deepEqual(error.problems, [
          `OPENAI_BASE_URL: ${cured} make it an entry of HOLDFAST_PROVIDERS with "allowPlainHttp": true`,
          ...['by-key: baseUrl', 'other-door: openaiBaseUrl', 'refused: baseUrl'].map(
            (name) => `HOLDFAST_PROVIDERS (${file}): ${name}: ${cured} set "allowPlainHttp": true`,
          ),
        ]);
        return true;
      },
    );
  });
});
