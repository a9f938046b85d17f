import assert from 'node:assert/strict';
import { it } from 'node:test';
import { runDemo } from './run-demo.ts';

const facts = [
  /^ {2}✓ orders +14 started, 12 completed, 2 failed /m,
  /^ {2}✓ rows +12, 0 duplicates /m,
  /^ {2}✓ effects +0 unsettled /m,
  /^ {2}✓ charges +12, 0 duplicates /m,
  /^ {2}✓ amounts +12 of 12 as in the emails, from the right customer /m,
  /^ {2}✓ tickets +12, 0 duplicates /m,
  /^ {2}✓ model requests +(\d+) received, \1 attempts sent /m,
  /^ {2}✓ revoked-key +InvalidCredentials after 1 request /m,
  /^ {2}✓ unknown-model +ModelNotFound after 1 request /m,
  /attempts lost to the kill: .*order-1004\/extract, attempt 2, worker \d+ \(sent\)/,
  /effects it interrupted, cleared up and done once: /,
  /SIGKILL to the worker .* while the provider works on a request of order-1004\/extract/,
  /holdfast approve order-1007 --fingerprint v1:[0-9a-f]{64}$/m,
  /holdfast approve order-1008 --fingerprint v1:[0-9a-f]{64}$/m,
  /holdfast approve order-1009 --fingerprint v1:[0-9a-f]{64} --amount 1234\.00 --currency usd$/m,
  /http:\/\/127\.0\.0\.1:\d+\/namespaces\/default\/workflows\/order-1004 /,
];

it('npm start ends with every count right, and settings of the shell do not get in', async () => {
  const { exitCode, stdout, stderr } = await runDemo([], {
    TEMPORAL_ADDRESS: '127.0.0.1:1',
    TEMPORAL_API_KEY: 'of-a-real-cluster',
    STRIPE_SECRET_KEY: 'sk_live_never',
    OPENAI_API_KEY: 'sk-of-the-user',
    MAX_AUTO_CHARGE: '0',
  });
  for (const fact of facts) assert.match(stdout, fact);
  assert.doesNotMatch(stdout, /✗/);
  assert.equal(stderr, '');
  assert.equal(exitCode, 0);
});
