import path from 'node:path';

/** Where a file of the library is. */
export const source = (file: string) => path.join(import.meta.dirname, '../../src', file);

/** An application without mistakes. */
export const triage = path.join(import.meta.dirname, 'triage');

/** By the compiler: what is written, and what it says of the one mistake in it. */
export const typed: readonly (readonly [mistake: string, text: string, says: RegExp])[] = [
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
