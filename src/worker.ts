/**
 * Runs a worker for an application's workflows.
 *
 * ```ts
 * await serve({ app, workflowsPath: new URL('./workflows.ts', import.meta.url).pathname });
 * ```
 *
 * Or adds them to a worker that exists already, whose workflows `export * from 'holdfast/workflows'`:
 *
 * ```ts
 * await Worker.create({ taskQueue: 'mine', workflowsPath, plugins: [holdfastPlugin({ app })] });
 * ```
 */
export { holdfastPlugin, type PluginOptions } from './worker/plugin.ts';
export { type ServeOptions, serve } from './worker/serve.ts';
