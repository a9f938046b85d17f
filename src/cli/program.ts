import { Command } from 'commander';
import { commandHelp, rootHelp } from './help-texts.ts';
import { addOperatorCommands } from './operator-commands.ts';
import { anyStartOptions, jsonOption, policyOptions, startOptions } from './options.ts';

/** What an application adds: commands of its own, below `start` too. */
export type AddCommands = (
  program: Command,
  start: Command,
  options: { readonly start: typeof startOptions; readonly json: typeof jsonOption },
) => void;

/**
 * The commands and their options. What a command does is imported when it runs: `--help` and
 * `policy` need not wait for Temporal's client to load.
 */
export function createProgram(version: string, addCommands: AddCommands): Command {
  const program = new Command('holdfast')
    .description('LLM calls and their side effects, made dependable on Temporal.')
    .version(version)
    .helpCommand(false)
    .exitOverride()
    // `start` has options of its own: those after `start order` are for that one.
    .enablePositionalOptions()
    // Errors are told in one place, as a sentence or as JSON.
    .configureOutput({ outputError: () => undefined })
    .configureHelp({ visibleCommands: leaves, subcommandTerm: term })
    .addHelpText('after', rootHelp);

  const start = program.command('start');
  anyStartOptions(
    start
      .description('start any workflow by its name, once, or attach to it')
      .argument('<workflow>', 'the name that its worker serves it by')
      .option('--input <json>', 'JSON: a file, - for standard input, or the JSON itself')
      .option('--id <id>', "the business key; by default from the input's fingerprint"),
  )
    .addHelpText('after', commandHelp.startWorkflow)
    .action(async (workflow, options) => {
      const { startWorkflowCommand } = await import('./commands/start-workflow.ts');
      await startWorkflowCommand(workflow, options);
    });
  const complete = start
    .command('complete')
    .description('one model call, retried and repaired')
    .argument('[prompt]', 'the prompt; - for standard input')
    .option('--id <id>', "the business key; by default from the input's fingerprint")
    .option('--prompt-file <file>', 'read the prompt from a file')
    .option('--system <text>', 'system message')
    .option('--schema <file>', 'JSON Schema that the answer must keep to');
  startOptions(complete)
    .addHelpText('after', commandHelp.startComplete)
    .action(async (prompt, options) => {
      const { startCompleteCommand } = await import('./commands/start-complete.ts');
      await startCompleteCommand(prompt, options);
    });

  command(program, 'result', 'wait for a workflow and print what it returned')
    .argument('<id>')
    .addHelpText('after', commandHelp.result)
    .action(async (id, options) => {
      const { result } = await import('./commands/result.ts');
      await result(id, options);
    });
  command(program, 'status', 'where a workflow stands')
    .argument('<id>')
    .addHelpText('after', commandHelp.status)
    .action(async (id, options) => {
      const { status } = await import('./commands/status.ts');
      await status(id, options);
    });
  command(program, 'watch', 'the same live, for one or many')
    .argument('[ids...]')
    .addHelpText('after', commandHelp.watch)
    .action(async (ids, options) => {
      const { watch } = await import('./commands/watch.ts');
      await watch(ids, options);
    });
  command(program, 'explain', 'every attempt of every call and effect: when, why, what it cost')
    .argument('<id>')
    .addHelpText('after', commandHelp.explain)
    .action(async (id, options) => {
      const { explainCommand } = await import('./commands/explain.ts');
      await explainCommand(id, options);
    });
  command(program, 'cancel', 'ask a workflow to stop')
    .argument('<id>')
    .addHelpText('after', commandHelp.cancel)
    .action(async (id, options) => {
      const { cancelCommand } = await import('./commands/cancel.ts');
      await cancelCommand(id, options);
    });
  policyOptions(command(program, 'policy', 'what a retry policy does: waits, worst case, cost'))
    .argument(
      '[name]',
      'model, database, payment, ticket, message, or an own one; all but those without',
    )
    .addHelpText('after', commandHelp.policy)
    .action(async (name, options) => {
      const { policy } = await import('./commands/policy.ts');
      await policy(name, options);
    });
  addOperatorCommands(program);
  addCommands(program, start, { start: startOptions, json: jsonOption });
  return program;
}

/** The commands that do something: `effects list` and the like instead of `effects`. */
function leaves(parent: Command): Command[] {
  return parent.commands.flatMap((each) =>
    each.commands.length === 0
      ? [each]
      : [...(each.registeredArguments.length > 0 ? [each] : []), ...each.commands],
  );
}

function term(each: Command): string {
  const group = each.parent?.parent ? `${each.parent.name()} ` : '';
  const usage = each.usage().replace(/^\[options\] ?|\[command\] ?/g, '');
  return `${group}${each.name()} ${usage}`.trim();
}

function command(parent: Command, name: string, description: string): Command {
  return jsonOption(parent.command(name).description(description));
}
