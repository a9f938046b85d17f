import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { runHoldfast, startHoldfast } from './run-holdfast.ts';

const nobody = { TEMPORAL_ADDRESS: '127.0.0.1:1' };

test('--help of every command fits 80 columns and lists the exit codes', async () => {
  const commands = [
    '',
    'start order',
    'start complete',
    'result',
    'status',
    'watch',
    'approve',
    'cancel',
    'policy',
  ];
  for (const command of commands) {
    const { stdout, exitCode } = await runHoldfast([
      ...command.split(' ').filter(Boolean),
      '--help',
    ]);
    assert.equal(exitCode, 0);
    assert.match(stdout, /5 {4}the id exists with other input/);
    assert.deepEqual(
      stdout.split('\n').filter((line) => line.length > 80),
      [],
    );
  }
});

test('without a command it shows the help and ends with 2', async () => {
  const { stderr, exitCode } = await runHoldfast([]);
  assert.equal(exitCode, 2);
  assert.match(stderr, /^Usage: holdfast/);
});

test('--dry-run of an order shows what would be asked and done, without a server', async () => {
  const args = ['start', 'order', 'examples/orders/order-1001.txt', '--dry-run', '--json'];
  const { stdout, exitCode } = await runHoldfast([...args, '--set', 'model.maximumRepairs=0'], {
    env: { ...nobody, TEMPORAL_NAMESPACE: 'shop.acct', OPENAI_API_KEY: 'sk-secret' },
  });
  assert.equal(exitCode, 0);
  const plan = JSON.parse(stdout);
  assert.equal(plan.workflowId, 'order-1001');
  assert.equal(plan.ask.requestId, 'order-1001/extract');
  assert.equal(plan.ask.model, 'openai:gpt-4o-mini');
  assert.match(plan.ask.messages[1].content, /linen tote bag, natural, USD 14\.50 each/);
  assert.doesNotMatch(plan.ask.messages[1].content, /cus_harbour_books/);
  assert.deepEqual(plan.effects, [
    {
      name: 'save',
      does: 'save the order; the first save decides',
      idempotencyKey: 'shop.acct/order-1001:save',
    },
    {
      name: 'charge',
      does: 'charge the customer cus_harbour_books by pm_harbour_books',
      idempotencyKey: 'shop.acct/order-1001:charge',
    },
    {
      name: 'ticket',
      does: 'open the ticket for fulfilment',
      idempotencyKey: 'shop.acct/order-1001:ticket',
    },
  ]);
  assert.equal(plan.policies.model.maximumRepairs, 0);
  assert.equal(plan.worstCase.payment.maximumRequests, 12);
  assert.doesNotMatch(stdout, /sk-secret/);
});

test('--dry-run without --id names the same id for the same input, and another for another', async () => {
  const idOf = async (prompt: string) => {
    const args = ['start', 'complete', prompt, '--dry-run', '--json'];
    return JSON.parse((await runHoldfast(args, { env: nobody })).stdout).workflowId;
  };
  const [first, again, other] = await Promise.all([idOf('hi'), idOf('hi'), idOf('ho')]);
  assert.match(first, /^complete-[0-9a-f]{32}$/);
  assert.equal(again, first);
  assert.notEqual(other, first);
});

test('--set overrides --policies, which overrides HOLDFAST_POLICIES, which overrides the catalogue', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-policies-'));
  const write = (name: string, value: object) => {
    writeFileSync(path.join(folder, name), JSON.stringify(value));
    return path.join(folder, name);
  };
  const configured = write('a.json', { model: { maximumAttempts: 3, jitter: 0 } });
  const given = write('b.json', { model: { maximumAttempts: 4, maximumRepairs: 1 } });
  const env = { HOLDFAST_POLICIES: configured };
  const policyOf = async (...args: string[]) => {
    const { stdout } = await runHoldfast(['policy', 'model', '--json', ...args], { env });
    const { maximumAttempts, jitter, maximumRepairs } = JSON.parse(stdout).model.policy;
    return { maximumAttempts, jitter, maximumRepairs };
  };
  assert.deepEqual(await policyOf(), { maximumAttempts: 3, jitter: 0, maximumRepairs: 3 });
  assert.deepEqual(await policyOf('--policies', given), {
    maximumAttempts: 4,
    jitter: 0.5,
    maximumRepairs: 1,
  });
  assert.deepEqual(await policyOf('--policies', given, '--set', 'model.maximumAttempts=5'), {
    maximumAttempts: 5,
    jitter: 0.5,
    maximumRepairs: 1,
  });
  rmSync(folder, { recursive: true });
});

test('.env in the working directory counts, and real variables win over it', async () => {
  const cwd = mkdtempSync(path.join(tmpdir(), 'holdfast-env-'));
  writeFileSync(path.join(cwd, '.env'), 'HOLDFAST_MODEL=ollama:llama3.2\n');
  const modelWith = async (env: Record<string, string>) => {
    const args = ['start', 'complete', 'hi', '--dry-run', '--json'];
    return JSON.parse((await startHoldfast(args, { cwd, env })).stdout).ask.model;
  };
  assert.equal(await modelWith({}), 'ollama:llama3.2');
  assert.equal(await modelWith({ HOLDFAST_MODEL: 'openai:gpt-4.1' }), 'openai:gpt-4.1');
  rmSync(cwd, { recursive: true });
});

test('a reader that goes away ends it quietly', async () => {
  const root = path.join(import.meta.dirname, '..', '..');
  const command = `node_modules/.bin/node src/holdfast.ts policy | true; echo "status \${PIPESTATUS[0]}"`;
  const shell = spawn('bash', ['-c', command], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [shell.stdout, shell.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
  }
  await new Promise((resolve) => shell.once('close', resolve));
  assert.equal(output, 'status 0\n');
});

test('a policies file may have own policies: what starts none of them passes them over', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-policies-'));
  const file = path.join(folder, 'policies.json');
  writeFileSync(file, '{"notify":{"maximumAttempts":3},"model":{"maximumAttempts":2}}');
  const complete = ['start', 'complete', 'hi', '--id', 'c-1', '--dry-run', '--policies', file];
  const { stdout, stderr, exitCode } = await runHoldfast(complete);
  rmSync(folder, { recursive: true });
  assert.deepEqual([exitCode, stderr], [0, 'Not of the catalogue, and passed over here: notify.']);
  assert.match(stdout, /^model {7}at most 2 attempts;/m);
});
