import { Command } from 'commander';
import { addBatchCommands } from './batch-commands.ts';
import { addGatewayCommands } from './gateway-commands.ts';
import { commandHelp, rootHelp } from './help-texts.ts';
import { addOperatorCommands } from './operator-commands.ts';
import {
  addCommand,
  anyStartOptions,
  helpText,
  jsonOption,
  lazily,
  policyOptions,
  startOptions,
} from './options.ts';
import { addSetupCommands } from './setup-commands.ts';

/** What the commands of an application have in common with the others. */
const common = {
  /** The options of a `start` that knows what is asked: model, dry run, and those of every start. */
  start: startOptions,
  /** The options of every `start`. */
  anyStart: anyStartOptions,
  /** `--json`. */
  json: jsonOption,
  /** Text below the options, and the exit codes below that. */
  help: helpText,
};

/** What an application adds: commands of its own, below `start` too. */
export type AddCommands = (program: Command, start: Command, options: typeof common) => void;

/** The commands and their options. */
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

  const start = program
    .command('start <workflow>')
    .description('start any workflow by its name, once, or attach to it')
    .option('--input <json>', 'JSON: a file, - for standard input, or the JSON itself')
    .option('--id <id>', "the business key; by default from the input's fingerprint");
  helpText(anyStartOptions(start), commandHelp.startWorkflow).action(
    lazily(async () => (await import('./commands/start-workflow.ts')).startWorkflowCommand),
  );
  const complete = start
    .command('complete')
    .description('one model call, retried and repaired')
    .argument('[prompt]', 'the prompt; - for standard input')
    .option('--id <id>', "the business key; by default from the input's fingerprint")
    .option('--prompt-file <file>', 'read the prompt from a file')
    .option('--system <text>', 'system message')
    .option('--schema <file>', 'JSON Schema that the answer must keep to')
    .option('--request <file>', 'all of it as JSON, instead of these: images, tools, settings');
  helpText(startOptions(complete), commandHelp.startComplete).action(
    lazily(async () => (await import('./commands/start-complete.ts')).startCompleteCommand),
  );
  addCommand(program, 'result <id>', commandHelp.result)
    .description('wait for a workflow and print what it returned')
    .action(lazily(async () => (await import('./commands/result.ts')).result));
  addCommand(program, 'status <id>', commandHelp.status)
    .description('where a workflow stands')
    .action(lazily(async () => (await import('./commands/status.ts')).status));
  addCommand(program, 'watch [ids...]', commandHelp.watch)
    .description('the same live, for one or many')
    .action(lazily(async () => (await import('./commands/watch.ts')).watch));
  addCommand(program, 'explain <id>', commandHelp.explain)
    .description('every attempt of every call and effect: when, why, what it cost')
    .action(lazily(async () => (await import('./commands/explain.ts')).explainCommand));
  addCommand(program, 'cancel <id>', commandHelp.cancel)
    .description('ask a workflow to stop')
    .action(lazily(async () => (await import('./commands/cancel.ts')).cancelCommand));
  policyOptions(addCommand(program, 'policy', commandHelp.policy))
    .description('what a retry policy does: waits, worst case, cost')
    .argument(
      '[name]',
      'model, database, payment, ticket, message, or an own one; all but those without',
    )
    .action(lazily(async () => (await import('./commands/policy.ts')).policy));
  addSetupCommands(program);
  addBatchCommands(program);
  addGatewayCommands(program);
  addOperatorCommands(program);
  addCommands(program, start, common);
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
