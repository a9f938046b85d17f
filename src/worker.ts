/**
 * Runs a worker for an application's workflows.
 *
 * ```ts
 * await serve({ app, workflowsPath: new URL('./workflows.ts', import.meta.url).pathname });
 * ```
 */
export { type ServeOptions, serve } from './worker/serve.ts';
