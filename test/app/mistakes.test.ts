import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { execa } from 'execa';
import { z } from 'zod';
import { defineApp, inTransaction } from '../../src/app.ts';
import { source, triage, typed } from './typed-mistakes.ts';

// What a user can get wrong in app.ts, workflows.ts, worker.ts and start.ts, and what tells it.

const root = path.join(import.meta.dirname, '..', '..');
const { PATH, NODE_COMPILE_CACHE } = process.env;
const bin = path.join(root, 'node_modules', '.bin');

let folder: string;
before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'holdfast-mistakes-'));
  await symlink(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
  await writeFile(path.join(folder, 'package.json'), '{ "type": "module" }');
});
after(() => rm(folder, { recursive: true }));

describe('the compiler finds it', () => {
  let said: string;
  before(async () => {
    await mkdir(path.join(folder, 'typed'));
    for (const [index, [, text]] of typed.entries()) {
      await writeFile(path.join(folder, 'typed', `row-${index}.ts`), text);
    }
    const compilerOptions = { rewriteRelativeImportExtensions: false, noUnusedLocals: false };
    const config = { extends: path.join(root, 'tsconfig.json'), compilerOptions };
    await writeFile(
      path.join(folder, 'tsconfig.json'),
      JSON.stringify({ ...config, include: ['typed'], exclude: [] }),
    );
    // Several checkers would each go through what all rows import.
    const options = ['--pretty', 'false', '--checkers', '1', '-p', folder];
    const { stdout } = await execa(path.join(bin, 'tsc'), options, {
      ...{ cwd: folder, reject: false },
      // It ends before its garbage counts: a third of its work, for a tenth more memory.
      env: { GOGC: 'off' },
    });
    said = stdout;
  });
  for (const [index, [mistake, , says]] of typed.entries()) {
    test(mistake, () => {
      const [, ...found] = said.split(`typed/row-${index}.ts`);
      assert.equal(found.length, 1, said);
      assert.match(found[0] ?? '', says);
    });
  }
});

const row = z.object({ id: z.string() });
const save = (policy: string | object = 'database') =>
  inTransaction({
    input: row,
    result: row,
    identity: ({ id }) => id,
    policy,
    run: async ({ input }) => input,
  });

/** By `defineApp`, before anything runs. */
const declared: readonly (readonly [
  mistake: string,
  app: Parameters<typeof defineApp>[0],
  says: string,
])[] = [
  [
    'an effect whose name no idempotency key can hold',
    { effects: { 'save:row': save(), 'save.row': save() } },
    'save:row does not fit an idempotency key: use at most 40 letters, digits, _ and -; save.row does not fit an idempotency key: use at most 40 letters, digits, _ and -',
  ],
  [
    'a model without its provider',
    { questions: { summarise: { model: 'gpt-4o-mini', answer: row } } },
    'the model of summarise is gpt-4o-mini; write it provider:model',
  ],
  [
    'an answer that no model can be asked for',
    { questions: { summarise: { answer: z.object({ at: z.date() }) } } },
    'the answer of summarise: the JSON Schema cannot be used: Date cannot be represented in JSON Schema',
  ],
  [
    'an answer with a rule that must be awaited',
    { questions: { summarise: { answer: row.refine(async ({ id }) => id !== '') } } },
    'the answer of summarise: it has an asynchronous rule, and answers are judged without waiting',
  ],
  [
    'a rule that returns a promise',
    { questions: { summarise: { answer: row.refine(({ id }) => Promise.resolve(id !== '')) } } },
    'the answer of summarise: it has an asynchronous rule, and answers are judged without waiting',
  ],
  [
    'an answer that becomes a Date',
    { questions: { summarise: { answer: z.object({ at: z.string().pipe(z.coerce.date()) }) } } },
    'the answer of summarise: it makes of the answer a Date, which is no JSON: it would not reach the workflow',
  ],
  [
    'a transform whose bigint only a value shows',
    {
      questions: { summarise: { answer: z.object({ n: z.array(z.string().transform(BigInt)) }) } },
    },
    'the answer of summarise: it makes of the answer a bigint, which is no JSON: it would not reach the workflow',
  ],
  [
    'a policy that there is not',
    { effects: { save: save('databse') } },
    'there is no policy databse for the effect save; known are database, payment, ticket, message',
  ],
  [
    'a field that no policy has, where nothing was compiled',
    { effects: { save: save({ patience: 9 }) } },
    'policies: save.patience is 9: is not known',
  ],
  [
    'a policy that makes no sense',
    { effects: { save: save({ jitter: 2 }) } },
    'policies: save.jitter is 2: too big: expected number to be <=1',
  ],
  [
    'an own policy that would change the one of the catalogue',
    { effects: { payment: save({ maximumAttempts: 3 }) } },
    'the effect payment has a policy of its own, and the catalogue has one of that name',
  ],
];

describe('defineApp says it', () => {
  for (const [mistake, app, message] of declared) {
    test(mistake, () => {
      assert.throws(() => defineApp(app), { name: 'InvalidApp', message });
    });
  }
});

test('an answer that becomes other JSON is declared, whatever a made-up value becomes', () => {
  const answers = [
    z.string().transform(Number),
    z.object({ at: z.iso.datetime(), tag: z.enum(['a', 'b']).optional() }),
    z.string().refine((text) => JSON.parse(text).length > 0),
    z.codec(z.string(), z.number(), { decode: Number, encode: String }),
  ];
  for (const answer of answers) defineApp({ questions: { summarise: { answer } } });
});

/** By `serve`, before it connects to anything. */
const served: readonly (readonly [
  mistake: string,
  files: { readonly workflows?: string; readonly app?: string },
  says: string,
])[] = [
  [
    'a variable that an effect needs',
    { app: `export { app } from '${triage}/app.ts';` },
    'The configuration has a mistake:\n  - CRM_URL: is not set (for the effect notify)',
  ],
  [
    'a workflow that is exported under another name',
    {
      workflows: `export const triage = workflow('tirage', async () => 1);
        export const other = workflow('others', async () => 1);`,
    },
    'the workflow others is exported as other; give it one name; the workflow tirage is exported as triage; give it one name',
  ],
  [
    'a workflow with a name of the library',
    { workflows: `export const complete = workflow('complete', async () => 1);` },
    "the workflow complete has the name of one of Holdfast's own; give it another",
  ],
  ['a file of workflows that is not there', {}, 'workflowsPath: there is no file WORKFLOWS'],
];

/** Writes the files of a row; the worker that serves them ends at once. */
async function writeServed(index: number): Promise<{ worker: string; says: string }> {
  const [, { workflows, app }, says] = served[index] ?? assert.fail(`no row ${index}`);
  const own = path.join(folder, `served-${index}`);
  const workflowsPath = path.join(own, 'workflows.ts');
  await mkdir(own);
  const head = `import { holdfast } from '${source('workflow.ts')}';\nconst { workflow } = holdfast();\n`;
  const isThere = workflows !== undefined || app !== undefined;
  if (isThere) await writeFile(workflowsPath, `${head}${workflows ?? ''}`);
  await writeFile(path.join(own, 'app.ts'), app ?? 'export const app = {};');
  const worker = path.join(own, 'worker.ts');
  await writeFile(
    worker,
    `import { serve } from '${pathToFileURL(source('worker.ts'))}';
     import { app } from './app.ts';
     await serve({ app, workflowsPath: '${workflowsPath}' });`,
  );
  return { worker, says: says.replace('WORKFLOWS', workflowsPath) };
}

// A port that nothing listens on: 1 is reserved.
const nobody = { TEMPORAL_ADDRESS: '127.0.0.1:1' };

describe('the worker says it at its start', () => {
  const [first, ...others] = served;
  test(`${first?.[0]}, and its process ends`, async () => {
    const { worker, says } = await writeServed(0);
    const { exitCode, stderr } = await execa(path.join(bin, 'node'), [worker], {
      ...{ cwd: path.dirname(worker), reject: false, extendEnv: false },
      env: { PATH, NODE_COMPILE_CACHE, ...nobody },
    });
    assert.deepEqual([exitCode, stderr], [2, says]);
  });

  // To load a worker costs more than what it says: these say it in this process, which must not end.
  for (const [index, [mistake]] of others.entries()) {
    test(mistake, async (t) => {
      const { worker, says } = await writeServed(index + 1);
      Object.assign(process.env, nobody);
      t.after(() => void delete process.env.TEMPORAL_ADDRESS);
      const ended = new Error('it ended');
      const exit = t.mock.method(process, 'exit', () => {
        throw ended;
      });
      const error = t.mock.method(console, 'error', () => {});
      await assert.rejects(import(pathToFileURL(worker).href), ended);
      assert.deepEqual(
        [exit, error].map(({ mock }) => mock.calls.map((call) => call.arguments)),
        [[[2]], [[says]]],
      );
    });
  }
});
