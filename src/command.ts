/**
 * What an application's own command is made with: the commands of `holdfast`, and what it adds.
 *
 * ```ts
 * import { runCommand, startByName } from 'holdfast/command';
 *
 * await runCommand(process.argv.slice(2), (program, _, options) => {
 *   options
 *     .anyStart(program.command('triage').argument('<text>').option('--id <id>'))
 *     .action((text, flags) => startByName('triage', { text }, flags));
 * });
 * ```
 */
export { schemaFromZod } from './calls/answers/answer-shape.ts';
export { usageError } from './cli/command-error.ts';
export { type StartFlags, startAndTell, startSettings } from './cli/commands/start.ts';
export { startByName } from './cli/commands/start-workflow.ts';
export { type DryRunOptions, type PlannedStart, showPlan } from './cli/dry-run.ts';
export { type JsonOption, notice, print, printJson } from './cli/output.ts';
export type { AddCommands } from './cli/program.ts';
export { readInput, readJsonInput } from './cli/read-input.ts';
export { runCommand } from './cli/run-command.ts';
export { type CommandContext, withClient } from './cli/with-client.ts';
export { assertPayloadFits } from './wire/payload-limit.ts';
