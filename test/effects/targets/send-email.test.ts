import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ResendSandbox, startResend } from '../../../dev/sandbox/resend.ts';
import { hang, lost, pass, reset, type WireFault } from '../../../dev/sandbox/wire-fault.ts';
import { runOnce } from '../../../src/effects/once/run-once.ts';
import {
  createSendEmail,
  type SendEmailInput,
} from '../../../src/effects/targets/resend/send-email.ts';
import { failureOf } from '../once/expect-failure.ts';
import { temporaryLedger } from '../once/temporary-ledger.ts';

const ledger = temporaryLedger();

/** A Resend that fails as the lists say, request by request, and then works. */
async function resendWith(
  t: { after: (cleanup: () => Promise<void>) => void },
  posts: readonly WireFault[] = [],
  gets: readonly WireFault[] = [],
): Promise<ResendSandbox> {
  const left = { POST: [...posts], GET: [...gets] };
  const resend = await startResend({
    faults: ({ method }) => left[method as 'POST' | 'GET'].shift() ?? pass,
  });
  t.after(() => resend.stop());
  return resend;
}

function send(
  resend: ResendSandbox,
  workflowId: string,
  input: Partial<SendEmailInput> = {},
  more: {
    readonly apiKey?: string;
    readonly keyWindowMs?: number;
    readonly requestTimeoutMs?: number;
  } = {},
) {
  const { apiKey = resend.apiKey, requestTimeoutMs = 10_000, ...changed } = more;
  const effect = createSendEmail({
    apiKey,
    baseUrl: resend.baseUrl,
    from: 'Acme <orders@acme.example>',
  });
  const full = { to: 'ada@example.com', subject: 'Your order', text: 'It is paid.', ...input };
  return runOnce(ledger(), { ...effect, ...changed }, { scope: 'test', workflowId }, full, {
    requestTimeoutMs,
  });
}

const count = (resend: ResendSandbox, wanted: string) =>
  resend.requests.filter(({ method }) => method === wanted).length;

test('one request sends one email, under the key and tagged with its hash', async (t) => {
  const resend = await resendWith(t);
  const { result, key } = await send(resend, 'plain');
  assert.equal(key, 'test/plain:email');
  assert.equal(resend.requests[0]?.requestId, 'test/plain:email');
  const [email] = await resend.emails();
  assert.equal(email?.id, result.emailId);
  assert.deepEqual(email?.to, ['ada@example.com']);
  assert.deepEqual(email?.tags, [
    {
      name: 'holdfast_key',
      value: 'b20aa5d74e67159014633454e20935154abc99d15370d15561587e21d2f3f14b',
    },
  ]);
  assert.equal((await send(resend, 'plain')).replayed, true);
  assert.equal(resend.requests.length, 1);
});

test('same key, another recipient: IdempotencyKeyReused with zero requests', async (t) => {
  const resend = await resendWith(t);
  await send(resend, 'recipient');
  const failure = await failureOf(send(resend, 'recipient', { to: 'eve@example.com' }));
  assert.equal(failure.type, 'IdempotencyKeyReused');
  assert.equal(resend.requests.length, 1);
});

test('new words do not change an email in flight', async (t) => {
  const resend = await resendWith(t, [lost]);
  await failureOf(send(resend, 'words'));
  await send(resend, 'words', { subject: 'Your order is paid!', text: 'Yes.' });
  const sent = await resend.emails();
  assert.deepEqual(
    sent.map(({ subject }) => subject),
    ['Your order'],
  );
});

const named = (status: number, name: string): WireFault => ({
  kind: 'status',
  status,
  body: { statusCode: status, name, message: 'words that are never shown' },
});

const transient: readonly (readonly [string, WireFault, string])[] = [
  ['lost', lost, 'ConnectionFailed'],
  ['reset', reset, 'ConnectionFailed'],
  ['hang', hang, 'Timeout'],
  [
    'concurrent_idempotent_requests',
    named(409, 'concurrent_idempotent_requests'),
    'EffectInProgress',
  ],
  ['rate_limit_exceeded', named(429, 'rate_limit_exceeded'), 'RateLimited'],
  ['daily_quota_exceeded', named(429, 'daily_quota_exceeded'), 'QuotaExhausted'],
  ['internal_server_error', named(500, 'internal_server_error'), 'ServerError'],
  ['invalid_idempotency_key', named(400, 'invalid_idempotency_key'), 'InvalidRequest'],
  ['validation_error of the domain', named(403, 'validation_error'), 'PermissionDenied'],
];

for (const [name, fault, type] of transient) {
  test(`${name} is ${type}: one request an attempt, one email`, async (t) => {
    const resend = await resendWith(t, [fault]);
    const workflowId = `transient-${name.replace(/\W/g, '-')}`;
    const more = fault === hang ? { requestTimeoutMs: 300 } : {};
    assert.equal((await failureOf(send(resend, workflowId, {}, more))).type, type);
    assert.equal(resend.requests.length, 1);
    await send(resend, workflowId);
    assert.equal(resend.requests.length, 2);
    assert.equal((await resend.emails()).length, 1);
  });
}

test('a wrong key is refused, and the email is sent once it is mended', async (t) => {
  const resend = await resendWith(t);
  const failure = await failureOf(send(resend, 'credentials', {}, { apiKey: 're_wrong' }));
  assert.equal(failure.type, 'InvalidCredentials');
  assert.equal((await send(resend, 'credentials')).replayed, false);
});

test('a validation error is a definitive no: stored, and replayed without a request', async (t) => {
  const resend = await resendWith(t, [named(422, 'invalid_from_address')]);
  const failure = await failureOf(send(resend, 'refused'));
  assert.equal(failure.type, 'EffectRefused');
  assert.equal(failure.reason, 'invalid_from_address');
  await failureOf(send(resend, 'refused'));
  assert.equal(resend.requests.length, 1);
});

test('beyond the key window the email is looked up first, through all pages', async (t) => {
  const resend = await resendWith(t, [lost]);
  await failureOf(send(resend, 'window'));
  // The same words to the same person, from another order: told apart by the tag.
  for (let n = 1; n <= 101; n += 1) {
    await send(resend, `window-other-${n}`, n === 50 ? {} : { subject: 'Another' });
  }
  resend.forgetIdempotencyKeys();
  const { result } = await send(resend, 'window', {}, { keyWindowMs: 0 });
  const [first] = await resend.emails();
  assert.equal(result.emailId, first?.id);
  assert.equal((await resend.emails()).length, 102);
  assert.equal(count(resend, 'POST'), 102);
  // Two pages, and the two emails that look like it.
  assert.equal(count(resend, 'GET'), 4);
});

test('beyond the key window and not found: unknown, never sent again', async (t) => {
  const resend = await resendWith(t, [reset]);
  await failureOf(send(resend, 'gone'));
  assert.equal(
    (await failureOf(send(resend, 'gone', {}, { keyWindowMs: 0 }))).type,
    'EffectUnknown',
  );
  assert.equal((await resend.emails()).length, 0);
  assert.equal(count(resend, 'POST'), 1);
});

test('a look-up that nobody answers, or half, leaves it in doubt', async (t) => {
  const gets = [named(401, 'restricted_api_key'), { kind: 'cut' } as WireFault];
  const resend = await resendWith(t, [lost], gets);
  await failureOf(send(resend, 'blind'));
  const restricted = await failureOf(send(resend, 'blind', {}, { keyWindowMs: 0 }));
  assert.equal(restricted.type, 'InvalidCredentials');
  const half = await failureOf(send(resend, 'blind', {}, { keyWindowMs: 0 }));
  assert.equal(half.type, 'ConnectionFailed');
  await send(resend, 'blind', {}, { keyWindowMs: 0 });
  assert.equal((await resend.emails()).length, 1);
});

test('the key is known with other words: looked up, and unknown where it is not found', async (t) => {
  const resend = await resendWith(t);
  await fetch(`${resend.baseUrl}/emails`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${resend.apiKey}`,
      'content-type': 'application/json',
      'idempotency-key': 'test/reused:email',
    },
    body: JSON.stringify({
      from: 'a@acme.example',
      to: 'eve@example.com',
      subject: 'x',
      text: 'y',
    }),
  });
  const failure = await failureOf(send(resend, 'reused'));
  assert.equal(failure.type, 'EffectUnknown');
  assert.equal(failure.reason, 'IdempotencyKeyReused, and nothing was found');
  assert.equal((await resend.emails()).length, 1);
});

test('an email is found by its mark before a person has it sent anew', async (t) => {
  const resend = await resendWith(t);
  const { result } = await send(resend, 'marked');
  const { apiKey, baseUrl } = resend;
  const { findMarked } = createSendEmail({ apiKey, baseUrl, from: 'a@acme.example' });
  const query = { sinceMs: Date.now() - 60_000, signal: AbortSignal.timeout(1000) };
  const request = { body: { to: ['ada@example.com'], subject: 'Your order' } };
  assert.deepEqual((await Array.fromAsync(findMarked?.list({ ...query, request }) ?? [])).flat(), [
    {
      mark: findMarked?.markOf('test/marked:email'),
      id: result.emailId,
      state: 'email.delivered',
      done: true,
    },
  ]);
  const all = await failureOf(Array.fromAsync(findMarked?.list(query) ?? []));
  assert.equal(all.reason, 'its list does not show tags');
});
