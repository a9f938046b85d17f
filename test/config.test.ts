import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scopesFor } from '../src/config/scope.ts';
import { InvalidConfiguration, loadConfig } from '../src/config.ts';
import { orders } from '../src/orders/app.ts';
import type { ChargeLimits } from '../src/orders/charge-limits.ts';

function problemsOf(env: NodeJS.ProcessEnv): readonly string[] {
  try {
    loadConfig(env, orders.effects);
    return [];
  } catch (error) {
    assert.ok(error instanceof InvalidConfiguration);
    return error.problems;
  }
}

/** What the effect that saves an order reads. */
const limitsOf = (env: NodeJS.ProcessEnv) =>
  loadConfig(env, orders.effects).ofEffects.save as ChargeLimits;

test('an empty environment is fine, and charges above 500 wait for a person', () => {
  assert.deepEqual(limitsOf({})[0], { amountMinor: 50_000, currency: 'eur' });
  assert.equal(loadConfig({}).HOLDFAST_TASK_QUEUE, 'holdfast');
});

test('where a second worker would have another ledger, no file is taken by default', () => {
  const needed =
    /^DATABASE_URL: is not set, and with NODE_ENV=production no file is taken by default/;
  assert.match(problemsOf({ NODE_ENV: 'production' })[0] ?? '', needed);
  assert.match(
    problemsOf({ KUBERNETES_SERVICE_HOST: '10.0.0.1' })[0] ?? '',
    /KUBERNETES_SERVICE_HOST/,
  );
  assert.deepEqual(problemsOf({ NODE_ENV: 'production', HOLDFAST_LEDGER: '/data/ledger.db' }), []);
  assert.deepEqual(problemsOf({ NODE_ENV: 'production', DATABASE_URL: 'postgres://a@b/c' }), []);
});

test('scopes are named in one place', () => {
  const both = { HOLDFAST_SCOPE: 'prod', HOLDFAST_SCOPES: 'prod,default' };
  assert.deepEqual(problemsOf(both), [
    'HOLDFAST_SCOPE: belongs into HOLDFAST_SCOPES, where that is set',
  ]);
  assert.deepEqual(problemsOf({ HOLDFAST_SCOPES: 'prod, default' }), [
    'HOLDFAST_SCOPES: must be scopes joined by commas',
  ]);
  assert.deepEqual(scopesFor({ HOLDFAST_SCOPES: 'prod,default' }, 'ns'), {
    scope: 'prod',
    otherScopes: ['default'],
  });
  assert.deepEqual(scopesFor({}, 'my ns'), { scope: 'my-ns', otherScopes: [] });
});

test('every mistake is named at once', () => {
  assert.deepEqual(
    problemsOf({
      HOLDFAST_CONCURRENT_CALLS: 'many',
      MAX_AUTO_CHARGE: '1,000',
      STRIPE_SECRET_KEY: 'pk_test_1',
      STRIPE_BASE_URL: 'http://stripe.internal',
      GITHUB_TOKEN: 'ghp_1',
    }),
    [
      'STRIPE_SECRET_KEY: must start with sk_test_, rk_test_, sk_live_ or rk_live_',
      'HOLDFAST_CONCURRENT_CALLS: Invalid input: expected number, received NaN',
      'STRIPE_BASE_URL: must be https, since credentials are sent to it',
      'GITHUB_REPOSITORY: must be set with GITHUB_TOKEN',
      'HOLDFAST_MARKER_SECRET: must be set with GITHUB_TOKEN (any 16 random characters)',
      'MAX_AUTO_CHARGE: must name amounts with their currencies, as 500 EUR, 550.00 USD (for the effect save)',
    ],
  );
});

test('a live key is refused until it is allowed, and then nothing is charged without approval', () => {
  assert.deepEqual(problemsOf({ STRIPE_SECRET_KEY: 'sk_live_1' }), [
    'STRIPE_SECRET_KEY: is a live key; set STRIPE_ALLOW_LIVE=true if real money may move',
  ]);
  const live = { STRIPE_SECRET_KEY: 'sk_live_1', STRIPE_ALLOW_LIVE: 'true' };
  assert.deepEqual(limitsOf(live), []);
  const named = { ...live, MAX_AUTO_CHARGE: '20 EUR' };
  assert.deepEqual(limitsOf(named), [{ amountMinor: 2000, currency: 'eur' }]);
});

test('the address of the webhook is held to what other targets are, but may have a query', () => {
  // biome-ignore format: a table is read by its columns
  const rows: readonly (readonly [url: string, problems: readonly string[]])[] = [
    ['https://hooks.example/T1?token=hush', []],
    ['http://127.0.0.1:4010/T1', []],
    ['http://hooks.example/T1', ['HOLDFAST_WEBHOOK_URL: must be https, since credentials are sent to it']],
    ['https://ada:hush@hooks.example/T1', ['HOLDFAST_WEBHOOK_URL: must not hold credentials']],
    ['https://hooks.example/T1#hush', ['HOLDFAST_WEBHOOK_URL: must not have a fragment']],
  ];
  for (const [url, problems] of rows) {
    assert.deepEqual(problemsOf({ HOLDFAST_WEBHOOK_URL: url }), problems);
  }
});

test('an empty variable counts as not set', () => {
  assert.equal(loadConfig({ OPENAI_API_KEY: '', DATABASE_URL: '' }).OPENAI_API_KEY, undefined);
});
