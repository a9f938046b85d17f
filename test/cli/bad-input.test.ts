import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { runHoldfast, startHoldfast } from './run-holdfast.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-cli-'));
after(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string | Uint8Array): string {
  writeFileSync(path.join(folder, name), content);
  return path.join(folder, name);
}

const mail = file('mail.txt', 'two bags please, 86 dollars in all');
const flags = ['--id', 'order-1', '--customer', 'cus_1', '--payment-method', 'pm_1'];
const complete = ['start', 'complete', 'hi', '--id', 'c-1'];
/** A port that nothing listens on: 1 is reserved. */
const nobody = { TEMPORAL_ADDRESS: '127.0.0.1:1' };

interface Fact {
  readonly args: readonly string[];
  readonly code: number;
  readonly says: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
}

const facts: readonly Fact[] = [
  { args: ['stauts', 'x'], code: 2, says: "unknown command 'stauts'" },
  { args: ['status'], code: 2, says: "missing required argument 'id'" },
  { args: ['status', 'x', '--jsn'], code: 2, says: "unknown option '--jsn'" },
  {
    args: ['approve', 'order-1'],
    code: 2,
    says: "required option '--fingerprint <f>' not specified",
  },
  {
    args: ['start', 'order', '/no/such/mail.txt', ...flags],
    code: 2,
    says: 'cannot read the order from /no/such/mail.txt: there is no such file',
  },
  {
    args: ['start', 'order', folder, ...flags],
    code: 2,
    says: `cannot read the order from ${folder}: it is a folder`,
  },
  {
    args: ['start', 'order', file('big.txt', 'x'.repeat(3_000_000)), ...flags],
    code: 2,
    says: `the order in ${folder}/big.txt is too large: over 1.9 MB, the most that Temporal carries in one piece`,
  },
  {
    args: ['start', 'order', '-', ...flags],
    input: 'x'.repeat(3_000_000),
    code: 2,
    says: 'the order in standard input is too large: over 1.9 MB',
  },
  {
    // Small enough as text, too large once every quote is escaped in JSON.
    args: ['start', 'order', file('quotes.txt', '"'.repeat(1_500_000)), ...flags],
    code: 2,
    says: 'the input has 300',
  },
  {
    args: ['start', 'order', file('latin1.txt', Uint8Array.of(0x67, 0x72, 0xfc, 0xdf)), ...flags],
    code: 2,
    says: `the order in ${folder}/latin1.txt is not UTF-8 text`,
  },
  {
    args: ['start', 'order', file('empty.txt', '\n'), ...flags],
    code: 2,
    says: 'the order is empty: there is no email to read',
  },
  {
    args: ['start', 'order', mail, '--customer', 'cus_1', '--payment-method', 'pm_1'],
    code: 2,
    says: 'an order needs --id (or `order:` in the header of its file)',
  },
  {
    args: ['start', 'order', 'examples/orders/order-1001.txt', '--customer', 'cus_other'],
    code: 2,
    says: '--customer is cus_other, the header of the file says customer: cus_harbour_books',
  },
  {
    args: [...complete, '--model', 'opnai:gpt-4o'],
    code: 2,
    says: 'there is no provider opnai for the model opnai:gpt-4o; known are openai, openai-responses, anthropic, google, ollama',
  },
  {
    args: [...complete, '--model', 'gpt-4o'],
    code: 2,
    says: 'the model must be written provider:model, for example openai:gpt-4o-mini; this is gpt-4o',
  },
  {
    args: ['start', 'complete', '--id', 'c-1'],
    code: 2,
    says: 'there is no prompt: give it, or --prompt-file, or - for standard input',
  },
  {
    args: [...complete, '--prompt-file', mail],
    code: 2,
    says: 'give the prompt or --prompt-file, not both',
  },
  {
    args: [...complete, '--schema', mail],
    code: 2,
    says: `the schema in ${mail} is not JSON`,
  },
  {
    args: [...complete, '--schema', file('list.json', '[1]')],
    code: 2,
    says: `the schema in ${folder}/list.json is not a JSON Schema: it must be an object`,
  },
  {
    args: [...complete, '--schema', file('odd.json', '{"type":"object","requird":["a"]}')],
    code: 2,
    says: 'the JSON Schema cannot be used: strict mode: unknown keyword: "requird"',
  },
  {
    args: ['start', 'complete', '--request', '-'],
    input: '{"messages":[{"role":"user","content":"hi"}],"max_tokens":9}',
    code: 2,
    says: 'max_tokens is not known: did you mean settings.maximumOutputTokens?',
  },
  {
    args: [...complete, '--request', mail],
    code: 2,
    says: 'give the prompt or --request, not both',
  },
  ...(
    [
      [
        'model.backoffCoefficient=0.5',
        'bad policy: model.backoffCoefficient is 0.5: too small: expected number to be >=1',
      ],
      [
        'maximumAttempts=5',
        '--set takes policy.field=value, for example model.maximumAttempts=5; this is maximumAttempts=5',
      ],
      ['model.maximumAttempt=5', 'is not known; did you mean maximumAttempts?'],
      ['model.maximumAttempts=many', 'model.maximumAttempts is "many": '],
      [
        'model.maximumAttempts=5 or 6',
        '--set model.maximumAttempts takes a number, a word or JSON; this is 5 or 6',
      ],
    ] as const
  ).map(([set, says]) => ({ args: ['policy', '--set', set], code: 2, says })),
  {
    args: [
      'policy',
      '--policies',
      file('bad.json', '{"model":{"maximumAttempts":0,"elapsedBudgetMs":0}}'),
    ],
    code: 2,
    says: 'model.maximumAttempts is 0: must cap attempts when elapsedBudgetMs does not cap time (both 0)',
  },
  {
    args: ['start', 'complete', 'hi', '--id', 'c-1', '--tenant', 'a'.repeat(65)],
    code: 2,
    says: 'a tenant has at most 64 bytes; this one has 65',
  },
  {
    args: ['policy', 'payment', '--set', 'payment.onFailure=perhaps'],
    code: 2,
    says: 'payment.onFailure is "perhaps": ',
  },
  {
    args: ['policy', 'modell'],
    code: 3,
    says: "modell is no policy of the catalogue (model, database, payment, ticket, message), and an application's own are asked of its worker: no Temporal server answers at 127.0.0.1:1",
  },
  {
    args: [...complete, '--set', 'notify.maximumAttempts=5'],
    code: 2,
    says: 'there is no policy notify; known are model, database, payment, ticket, message',
  },
  {
    args: ['start', 'triage'],
    code: 2,
    says: 'there is no input: give --input with a file, - for standard input, or JSON',
  },
  {
    args: ['start', 'triage', '--input', '{"text": }'],
    code: 2,
    says: 'the input is not JSON: Unexpected token \'}\', "{"text": }" is not valid JSON',
  },
  {
    args: ['start', 'triage', '--input', '-'],
    input: 'text',
    code: 2,
    says: 'the input in - is not JSON: Unexpected token',
  },
  {
    args: ['start', 'triage', '--input', '/no/such.json'],
    code: 2,
    says: 'cannot read the input from /no/such.json: there is no such file',
  },
  {
    args: ['start', 'triage', '--input', file('big.json', `"${'x'.repeat(3_000_000)}"`)],
    code: 2,
    says: `the input in ${folder}/big.json is too large: over 1.9 MB`,
  },
  {
    args: ['start', 'triage', '--input', '{}', '--set', 'notify=5'],
    code: 2,
    says: '--set takes policy.field=value, for example model.maximumAttempts=5; this is notify=5',
  },
  {
    args: ['start', 'triage', '--input', '{}', '--policies', file('policies-list.json', '[]')],
    code: 2,
    says: `the policies in ${folder}/policies-list.json are not an object with policies by name`,
  },
  {
    args: ['start', 'triage', '--input', '{}', '--tenant', 'a'.repeat(65)],
    code: 2,
    says: 'a tenant has at most 64 bytes; this one has 65',
  },
  {
    args: ['start', 'ordr', 'mail.txt'],
    code: 2,
    says: "too many arguments for 'start'",
  },
  {
    args: ['start', 'triage', '--input', '{}', '--id', 'T-1'],
    code: 3,
    says: 'no Temporal server answers at 127.0.0.1:1',
  },
  {
    args: ['policy'],
    env: { HOLDFAST_POLICIES: '/no/such.json' },
    code: 2,
    says: 'cannot read the policies from /no/such.json: there is no such file',
  },
  {
    args: ['status', 'x'],
    env: { HOLDFAST_UI_URL: 'localhost' },
    code: 2,
    says: 'bad configuration: HOLDFAST_UI_URL: Invalid URL',
  },
  {
    args: ['status', 'x'],
    env: { TEMPORAL_PROFILE: 'nobody' },
    code: 2,
    says: "Temporal's settings cannot be used",
  },
  {
    args: ['approve', 'x', '--fingerprint', 'v1:1', '--amount', '12.34'],
    code: 2,
    says: '--amount and --currency belong together, for example --amount 12.34 --currency eur',
  },
  {
    args: ['approve', 'x', '--fingerprint', 'v1:1', '--amount', '1.234', '--currency', 'eur'],
    code: 2,
    says: 'the amount is ambiguous: its separator may mark thousands or decimals',
  },
  ...[['status', 'x'], ['watch'], complete].map((args) => ({
    args,
    env: nobody,
    code: 3,
    says: 'no Temporal server answers at 127.0.0.1:1; start one with `npx holdfast up`, or set TEMPORAL_ADDRESS',
  })),
];

describe('bad input gets one sentence and an exit code', { concurrency: 3 }, () => {
  for (const { args, code, says, env = nobody, input } of facts) {
    const name = args.map((arg) => path.basename(arg)).join(' ');
    test(`${name} ${env === nobody ? '' : Object.keys(env)}: ${code}`, async () => {
      const run = await runHoldfast(args, { env, ...(input !== undefined && { input }) });
      assert.equal(run.exitCode, code, run.stderr);
      const waits =
        code === 3 && env === nobody ? 'waiting for a Temporal server at 127[^\\n]+\\n' : '';
      assert.match(run.stderr, new RegExp(`^${waits}holdfast: [^\\n]+$`));
      assert.ok(run.stderr.includes(says), run.stderr);
      assert.equal(run.stdout, '');
    });
  }
});

test('with --json an error is JSON on standard error', async () => {
  const run = await runHoldfast(['policy', '--set', 'modell.jitter=0', '--json']);
  assert.equal(run.exitCode, 2);
  assert.equal(run.stdout, '');
  assert.deepEqual(JSON.parse(run.stderr), {
    error: {
      kind: 'usage',
      message:
        'there is no policy modell; known are model, database, payment, ticket, message; did you mean model?',
      exitCode: 2,
    },
  });
});

test('a mistake in the command line is JSON too', async () => {
  const run = await startHoldfast(['status', '--json']);
  assert.equal(run.exitCode, 2);
  assert.equal(JSON.parse(run.stderr).error.exitCode, 2);
});
