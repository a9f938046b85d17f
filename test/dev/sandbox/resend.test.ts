import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ResendSandbox, startResend } from '../../../dev/sandbox/resend.ts';

const ask = async (resend: ResendSandbox, path: string, init: RequestInit = {}) => {
  const headers = { authorization: `Bearer ${resend.apiKey}`, ...init.headers };
  const answer = await fetch(`${resend.baseUrl}${path}`, { ...init, headers });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
};
const send = (resend: ResendSandbox, key: string, subject = 'hello') =>
  ask(resend, '/emails', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': key },
    body: JSON.stringify({ from: 'a@acme.example', to: 'b@example.com', subject, text: 'x' }),
  });

test('a key sends once, is refused for other words, and can be forgotten', async (t) => {
  const resend = await startResend();
  t.after(() => resend.stop());
  const first = await send(resend, 'k');
  assert.deepEqual(await send(resend, 'k'), first);
  const reused = await send(resend, 'k', 'other');
  assert.equal(reused.status, 409);
  assert.equal(reused.body.name, 'invalid_idempotent_request');
  assert.equal((await resend.emails()).length, 1);
  resend.forgetIdempotencyKeys();
  assert.notEqual((await send(resend, 'k')).body.id, first.body.id);
  assert.equal((await resend.emails()).length, 2);
});

test('the list comes in pages, newest first, without tags and words', async (t) => {
  const resend = await startResend();
  t.after(() => resend.stop());
  for (const subject of ['1', '2', '3']) await send(resend, `k${subject}`, subject);
  type Page = { has_more: boolean; data: { id: string; subject: string; tags?: unknown }[] };
  const page = (await ask(resend, '/emails?limit=2')).body as unknown as Page;
  assert.deepEqual(
    page.data.map(({ subject, tags }) => [subject, tags]),
    [
      ['3', undefined],
      ['2', undefined],
    ],
  );
  assert.equal(page.has_more, true);
  const rest = (await ask(resend, `/emails?after=${page.data[1]?.id}`)).body as unknown as Page;
  assert.deepEqual(
    rest.data.map(({ subject }) => subject),
    ['1'],
  );
  assert.equal(rest.has_more, false);
});

test('another API key is refused', async (t) => {
  const resend = await startResend();
  t.after(() => resend.stop());
  const headers = { authorization: 'Bearer re_other' };
  const { status, body } = await ask(resend, '/emails', { headers });
  assert.equal(status, 403);
  assert.equal(body.name, 'invalid_api_key');
});
