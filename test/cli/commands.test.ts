import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type StubWorker, savedFingerprint, startStubWorker } from '../client/stub-worker.ts';
import { runHoldfast, startHoldfast } from './run-holdfast.ts';

const cured = new Set<string>();
let stub: StubWorker;
before(async () => {
  stub = await startStubWorker(cured);
});
after(() => stub.stop());

const holdfast = (args: readonly string[], input?: string) =>
  runHoldfast(args, { env: stub.env, ...(input !== undefined && { input }) });
const callsOf = (id: string) => stub.modelCalls.filter((called) => called === id).length;
const orderFlags = ['--customer', 'cus_1', '--payment-method', 'pm_1'];
const startOrder = (id: string, ...more: string[]) =>
  holdfast(['start', 'order', '-', '--id', id, ...orderFlags, ...more], 'two bags please');

describe('commands against a server', { concurrency: 3 }, () => {
  test('start --wait prints the answer alone; the same again attaches and asks nobody', async () => {
    const args = ['start', 'complete', 'Say hello', '--id', 'hello-1', '--wait'];
    const { exitCode, stdout, stderr } = await startHoldfast(args, { env: stub.env });
    assert.deepEqual([exitCode, stdout, stderr], [0, 'hello from hello-1', 'hello-1: started']);
    const second = await holdfast(args);
    assert.deepEqual(second, {
      exitCode: 0,
      stdout: 'hello from hello-1',
      stderr: 'hello-1: attached to the execution that exists',
    });
    assert.equal(callsOf('hello-1'), 1);
    // A list of ids with the line ends of Windows.
    const result = await holdfast(['result', 'hello-1\r']);
    assert.deepEqual([result.exitCode, result.stdout], [0, 'hello from hello-1']);
  });

  test('other policies attach too; other input under the same id is exit code 5', async () => {
    await holdfast(['start', 'complete', 'a', '--id', 'same-1', '--wait']);
    const policy = await holdfast([
      'start',
      'complete',
      'a',
      '--id',
      'same-1',
      '--set',
      'model.maximumAttempts=2',
    ]);
    assert.equal(policy.exitCode, 0);
    assert.match(policy.stderr, /attached/);
    const other = await holdfast(['start', 'complete', 'b', '--id', 'same-1', '--json']);
    assert.equal(other.exitCode, 5);
    assert.equal(other.stdout, '');
    const { error } = JSON.parse(other.stderr);
    assert.equal(error.kind, 'IdempotencyKeyReused');
    assert.match(
      error.message,
      /^same-1 exists with other input \(v1:[0-9a-f]{64}, now v1:[0-9a-f]{64}\)/,
    );
  });

  test('an id that does not fit is hashed, and found again by its own name', async () => {
    const id = '<CAF+1234@mail.example>';
    const started = await holdfast(['start', 'complete', 'x', '--id', id, '--json', '--wait']);
    const { workflowId } = JSON.parse(started.stdout);
    assert.match(workflowId, /^sha256-[0-9a-f]{64}$/);
    const status = await holdfast(['status', id, '--json']);
    assert.equal(JSON.parse(status.stdout).workflowId, workflowId);
    assert.equal((await holdfast(['result', id])).exitCode, 0);
  });

  test('a value with a schema is printed as JSON', async () => {
    const schema =
      '{"type":"object","properties":{"intent":{"type":"string"}},"required":["intent"]}';
    const file = path.join(mkdtempSync(path.join(tmpdir(), 'holdfast-schema-')), 'intent.json');
    writeFileSync(file, schema);
    const args = ['start', 'complete', 'Where is my money?', '--id', 'intent-1', '--wait'];
    const { stdout } = await holdfast([...args, '--schema', file]);
    rmSync(path.dirname(file), { recursive: true });
    assert.deepEqual(JSON.parse(stdout), { intent: 'refund' });
  });

  test('a request file carries pictures, settings and tools, and a tool call is the answer', async () => {
    const content = [{ type: 'image', mediaType: 'image/png', data: 'iVBORw0KGgo=' }];
    const request = {
      model: 'openai:gpt-4o',
      messages: [{ role: 'user', content }],
      settings: { temperature: 0, maximumOutputTokens: 50 },
      tools: [{ name: 'lookUp', parameters: { type: 'object' } }],
    };
    const args = ['start', 'complete', '--request', '-', '--id', 'tools-1', '--wait'];
    const { stdout, exitCode } = await holdfast(args, JSON.stringify(request));
    const toolCall = {
      type: 'tool-call',
      id: 'c-1',
      name: 'lookUp',
      arguments: { content, temperature: 0, maximumOutputTokens: 50 },
    };
    assert.deepEqual([exitCode, JSON.parse(stdout)], [0, [toolCall]]);
    const { result } = JSON.parse((await holdfast(['result', 'tools-1', '--json'])).stdout);
    assert.deepEqual(
      [result.finishReason, result.toolCalls, result.model],
      ['tool-calls', [toolCall], 'openai:gpt-4o'],
    );
  });

  test('a workflow that fails is one sentence with the failure type, and exit code 1', async () => {
    const started = await holdfast(['start', 'complete', 'x', '--id', 'fails-1', '--wait']);
    assert.deepEqual(started, {
      exitCode: 1,
      stdout: '',
      stderr:
        'fails-1: started\nholdfast: fails-1 did not complete: 401 InvalidCredentials by stub: giving up',
    });
    const result = await holdfast(['result', 'fails-1', '--json']);
    assert.equal(result.exitCode, 1);
    assert.deepEqual(JSON.parse(result.stderr).error, {
      kind: 'InvalidCredentials',
      message: 'fails-1 did not complete: 401 InvalidCredentials by stub: giving up',
      workflowId: 'fails-1',
      exitCode: 1,
    });
    const status = await holdfast(['status', 'fails-1']);
    assert.equal(status.exitCode, 1);
    assert.match(status.stdout, /^fails-1 {2}failed\n/);
  });

  test('--retry-failed runs a failed one again, and only a failed one', async () => {
    const args = ['start', 'complete', 'x', '--id', 'fails-2', '--wait'];
    assert.equal((await holdfast(args)).exitCode, 1);
    const attached = await holdfast(args);
    assert.equal(attached.exitCode, 1);
    assert.match(
      attached.stderr,
      /^fails-2 failed before; with --retry-failed it is run again\.$/m,
    );
    assert.equal(callsOf('fails-2'), 1);
    cured.add('fails-2');
    const again = await holdfast([...args, '--retry-failed']);
    assert.deepEqual([again.exitCode, again.stdout], [0, 'hello from fails-2']);
    const third = await holdfast([...args, '--retry-failed']);
    assert.match(third.stderr, /attached/);
    assert.equal(callsOf('fails-2'), 2);
  });

  test('an order that needs a person: exit code 6, the way to approve, and only that approval', async () => {
    const started = await startOrder('review-1', '--wait');
    assert.equal(started.exitCode, 6);
    assert.match(
      started.stderr,
      /review-1 waits for a person \(ApprovalRequired: a person must look\); see holdfast status review-1$/,
    );
    const status = await holdfast(['status', 'review-1']);
    assert.equal(status.exitCode, 6);
    assert.match(status.stdout, /approve {4}holdfast approve review-1 --fingerprint v1:5aved\n/);

    const wrong = await holdfast(['approve', 'review-1', '--fingerprint', 'v1:other']);
    assert.equal(wrong.exitCode, 2);
    assert.match(wrong.stderr, /the approval is for v1:other, this order is v1:5aved/);
    const amount = ['--amount', '1.00', '--currency', 'usd'];
    const ignored = await holdfast([
      'approve',
      'review-1',
      '--fingerprint',
      savedFingerprint,
      ...amount,
    ]);
    assert.equal(ignored.exitCode, 2);
    assert.match(ignored.stderr, /review-1 has an amount of its own/);

    const right = await holdfast(['approve', 'review-1', '--fingerprint', savedFingerprint]);
    assert.equal(right.exitCode, 0);
    const result = JSON.parse((await holdfast(['result', 'review-1'])).stdout);
    assert.deepEqual(result.charge, { chargeId: 'pi_stub', amountMinor: 8600, currency: 'usd' });
    const late = await holdfast(['approve', 'review-1', '--fingerprint', savedFingerprint]);
    assert.equal(late.exitCode, 2);
    assert.match(late.stderr, /review-1 is closed \(completed\)/);
  });

  test('an ambiguous order is charged the amount that the approval names', async () => {
    assert.equal((await startOrder('ambiguous-1', '--wait')).exitCode, 6);
    const bare = await holdfast(['approve', 'ambiguous-1', '--fingerprint', savedFingerprint]);
    assert.equal(bare.exitCode, 2);
    assert.match(bare.stderr, /the approval must name the amount and currency/);
    const amount = ['--amount', '1234.50', '--currency', 'eur'];
    await holdfast(['approve', 'ambiguous-1', '--fingerprint', savedFingerprint, ...amount]);
    const result = JSON.parse((await holdfast(['result', 'ambiguous-1'])).stdout);
    assert.deepEqual(result.charge, { chargeId: 'pi_stub', amountMinor: 123450, currency: 'eur' });
  });

  test('cancel stops a workflow once; what waits for it ends with exit code 1', async () => {
    await holdfast(['start', 'complete', 'x', '--id', 'hangs-1']);
    const waiting = holdfast(['result', 'hangs-1']);
    const cancelled = await holdfast(['cancel', 'hangs-1', '--json']);
    const { left: _, ...answer } = JSON.parse(cancelled.stdout);
    assert.deepEqual(answer, {
      workflowId: 'hangs-1',
      statusBefore: 'RUNNING',
      status: 'CANCELLED',
      cancelRequested: true,
    });
    const result = await waiting;
    assert.equal(result.exitCode, 1);
    assert.equal(result.stderr, 'holdfast: hangs-1 did not complete: Cancelled on request');
    const again = await holdfast(['cancel', 'hangs-1']);
    assert.match(again.stdout, /^hangs-1 is closed already \(cancelled\); nothing was done/);
  });

  test('watch without a terminal prints a line for each change, without control characters', async () => {
    await holdfast(['start', 'complete', 'x', '--id', 'done-1', '--wait']);
    await holdfast(['start', 'complete', 'x', '--id', 'retries-1']);
    const { exitCode, stdout } = await holdfast(['watch', 'retries-1', 'done-1']);
    assert.equal(exitCode, 0);
    const lines = stdout.split('\n').map((line) => line.replace(/^\d\d:\d\d:\d\d /, ''));
    assert.ok(lines.includes('done-1 done'), stdout);
    assert.ok(
      lines.some((line) =>
        /^retries-1 retrying: complete, attempt (?:2\/8, (?:next in [\d.]+ s|due now), 429 RateLimited by stub: attempt 1|3\/8, (?:next in [\d.]+ s|due now), 429 RateLimited by stub: attempt 2) of 8 failed \ufffd\[31m, (?:next in [\d.]+ s|next now)$/.test(
          line,
        ),
      ),
      stdout,
    );
    assert.equal(lines.at(-1), 'retries-1 done');
    assert.equal(callsOf('retries-1'), 3);
  });

  test('watch --json prints one JSON object a line, and ends with 1 when one failed', async () => {
    await holdfast(['start', 'complete', 'x', '--id', 'fails-3', '--wait']);
    await holdfast(['start', 'complete', 'x', '--id', 'done-2', '--wait']);
    const { exitCode, stdout } = await holdfast(['watch', 'fails-3', 'done-2', '--json']);
    assert.equal(exitCode, 1);
    const lines = stdout.split('\n').map((line) => JSON.parse(line));
    assert.deepEqual(
      lines.map(({ workflowId, status }) => [workflowId, status]),
      [
        ['fails-3', 'FAILED'],
        ['done-2', 'COMPLETED'],
      ],
    );
    assert.equal(lines[0].failure.type, 'InvalidCredentials');
  });

  test('watch without ids follows what runs, and Ctrl-C ends it with 130', async () => {
    await holdfast(['start', 'complete', 'x', '--id', 'hangs-2']);
    const watching = startHoldfast(['watch'], { env: stub.env });
    let seen = '';
    watching.stdout.on('data', (text) => {
      seen += text;
    });
    for (let tries = 0; !seen.includes('hangs-2') && tries < 100; tries += 1) await sleep(100);
    assert.match(seen, /hangs-2 running: complete, attempt 1\/8/);
    watching.kill('SIGINT');
    const { exitCode, stderr } = await watching;
    assert.deepEqual([exitCode, stderr], [130, '']);
    await holdfast(['cancel', 'hangs-2']);
  });

  test('an unknown id is exit code 4, everywhere', async () => {
    for (const args of [
      ['status'],
      ['result'],
      ['cancel'],
      ['watch'],
      ['approve', '--fingerprint', 'v1:1'],
    ]) {
      const { exitCode, stderr } = await holdfast([...args, 'nobody-1']);
      assert.deepEqual(
        [exitCode, stderr],
        [4, 'holdfast: there is no workflow nobody-1 in the namespace default'],
      );
    }
  });

  test('an unknown namespace is told', async () => {
    const env = { ...stub.env, TEMPORAL_NAMESPACE: 'nowhere' };
    const { exitCode, stderr } = await runHoldfast(['status', 'x'], { env });
    assert.equal(exitCode, 2);
    assert.equal(stderr, "holdfast: Namespace not found: 'nowhere'; set TEMPORAL_NAMESPACE");
  });
});
