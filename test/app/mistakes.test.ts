import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { execa } from 'execa';
import { z } from 'zod';
import { defineApp, inTransaction } from '../../src/app.ts';

// What a user can get wrong in app.ts, workflows.ts, worker.ts and start.ts, and what tells it.

const root = path.join(import.meta.dirname, '..', '..');
const { PATH, NODE_COMPILE_CACHE } = process.env;
const bin = path.join(root, 'node_modules', '.bin');
const source = (file: string) => path.join(root, 'src', file);
const triage = path.join(import.meta.dirname, 'triage');

let folder: string;
before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'holdfast-mistakes-'));
  await symlink(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
  await writeFile(path.join(folder, 'package.json'), '{ "type": "module" }');
});
after(() => rm(folder, { recursive: true }));

/** By the compiler: what is written, and what it says of the one mistake in it. */
const typed: readonly (readonly [mistake: string, text: string, says: RegExp])[] = [
  [
    'app.ts: a field that no policy has',
    `import { httpEffect } from '${source('app.ts')}';
     import { z } from 'zod';
     const id = z.object({ id: z.string() });
     export const notify = httpEffect({
       input: id, result: id, identity: ({ id }) => id, baseUrl: () => 'https://crm.example',
       request: ({ id }) => ({ path: '/notes', body: { id } }),
       policy: { maximumAttemps: 20 },
     });`,
    /^\(7,\d+\): error TS2561: .*'maximumAttemps' does not exist.* Did you mean to write 'maximumAttempts'\?/,
  ],
  [
    'app.ts: an identity of what the input has not',
    `import { inTransaction } from '${source('app.ts')}';
     import { z } from 'zod';
     const id = z.object({ id: z.string() });
     export const save = inTransaction({
       input: id, result: id, identity: ({ key }) => key, run: async ({ input }) => input,
     });`,
    /^\(5,\d+\): error TS2339: Property 'key' does not exist on type '\{ id: string; \}'/,
  ],
  [
    'workflows.ts: a question that is not declared',
    workflow(`await ask.sumarise('x')`),
    /^\(5,\d+\): error TS2551: Property 'sumarise' does not exist .* Did you mean 'summarise'\?/,
  ],
  [
    'workflows.ts: a field that the answer has not',
    workflow(`(await ask.summarise('x')).urgent`),
    /^\(5,\d+\): error TS2339: Property 'urgent' does not exist on type '\{ summary: string; urgency: .+; \}'/,
  ],
  [
    'workflows.ts: an effect that is not declared',
    workflow(`await effects.notfy({})`),
    /^\(5,\d+\): error TS2551: Property 'notfy' does not exist .* Did you mean 'notify'\?/,
  ],
  [
    'workflows.ts: an input that the effect does not take',
    workflow(`await effects.notify({ id, summary: 'x', urgency: 'middling' })`),
    /^\(5,\d+\): error TS2322: Type '"middling"' is not assignable to type /,
  ],
  [
    'worker.ts: no file of workflows',
    `import { serve } from '${source('worker.ts')}';
     import { app } from '${triage}/app.ts';
     await serve({ app });`,
    /^\(3,\d+\): error TS2741: Property 'workflowsPath' is missing/,
  ],
  [
    'start.ts: a name that is not the workflow’s',
    start(`'tirage', { text: 'x' }`),
    /^\(4,\d+\): error TS2345: Argument of type '"tirage"' is not assignable to parameter of type '"triage"'/,
  ],
  [
    'start.ts: an input that the workflow does not take',
    start(`'triage', { txt: 'x' }`),
    /^\(4,\d+\): error TS2561: .*'txt' does not exist in type 'Ticket'. Did you mean to write 'text'\?/,
  ],
  [
    'start.ts: a field that no policy has',
    start(`'triage', { text: 'x' }`, '{ notify: { maximumAttemps: 3 } }'),
    /^\(4,\d+\): error TS2561: .*'maximumAttemps' does not exist.* Did you mean to write 'maximumAttempts'\?/,
  ],
  [
    'start.ts: a field that the result has not',
    `${start(`'triage', { text: 'x' }`)}
     console.log((await started.result()).noticed);`,
    /^\(5,\d+\): error TS2551: Property 'noticed' does not exist .* Did you mean 'noted'\?/,
  ],
  [
    'start.ts, with a client of Temporal: a name that is not the workflow’s',
    `import { startWorkflow } from '${source('client.ts')}';
     import type { triage } from '${triage}/workflows.ts';
     declare const client: Parameters<typeof startWorkflow>[0];
     await startWorkflow<typeof triage>(client, 'tirage', { text: 'x' }, { id: 'T-1' });`,
    /^\(4,\d+\): error TS2345: Argument of type '"tirage"' is not assignable to parameter of type '"triage"'/,
  ],
];

function workflow(line: string): string {
  return `import { holdfast } from '${source('workflow.ts')}';
     import type { app } from '${triage}/app.ts';
     const { workflow } = holdfast<typeof app>();
     export const other = workflow('other', async (_: string, { id, ask, effects }) =>
       [id, ask, effects, ${line}]);`;
}

function start(args: string, policies = '{}'): string {
  return `import { connect } from '${source('client.ts')}';
     import type { triage } from '${triage}/workflows.ts';
     const holdfast = await connect();
     const started = await holdfast.start<typeof triage>(${args}, { id: 'T-1', policies: ${policies} });`;
}

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
    const { stdout } = await execa(path.join(bin, 'tsc'), options, { cwd: folder, reject: false });
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

describe('the worker says it at its start', () => {
  for (const [index, [mistake, { workflows, app }, says]] of served.entries()) {
    test(mistake, async () => {
      const own = path.join(folder, `served-${index}`);
      const workflowsPath = path.join(own, 'workflows.ts');
      await mkdir(own);
      const head = `import { holdfast } from '${source('workflow.ts')}';\nconst { workflow } = holdfast();\n`;
      const isThere = workflows !== undefined || app !== undefined;
      if (isThere) await writeFile(workflowsPath, `${head}${workflows ?? ''}`);
      await writeFile(path.join(own, 'app.ts'), app ?? 'export const app = {};');
      await writeFile(
        path.join(own, 'worker.ts'),
        `import { serve } from '${pathToFileURL(source('worker.ts'))}';
         import { app } from './app.ts';
         await serve({ app, workflowsPath: '${workflowsPath}' });`,
      );
      const { exitCode, stderr } = await execa(
        path.join(bin, 'node'),
        [path.join(own, 'worker.ts')],
        {
          ...{ cwd: own, reject: false, extendEnv: false },
          // A port that nothing listens on: 1 is reserved.
          env: { PATH, NODE_COMPILE_CACHE, TEMPORAL_ADDRESS: '127.0.0.1:1' },
        },
      );
      assert.deepEqual([exitCode, stderr], [2, says.replace('WORKFLOWS', workflowsPath)]);
    });
  }
});
