import type { Command, CommandOptions } from 'commander';
import { describeExitCodes } from './exit-codes.ts';

/** Adds the options of the `start` commands that know what they ask. */
export function startOptions(target: Command): Command {
  const own = target
    .option('--model <model>', 'provider:model; HOLDFAST_MODEL otherwise')
    .option('--dry-run', 'show what would be asked and done; nothing is sent');
  return anyStartOptions(own);
}

/** Adds the options of every `start` command. */
export function anyStartOptions(target: Command): Command {
  const own = target
    .option('--tenant <name>', 'whose it is: tenants take turns at a provider that limits')
    .option('--wait', 'wait, and print what it returned')
    .option('--retry-failed', 'run again if the earlier one did not succeed');
  return jsonOption(policyOptions(own));
}

/** Adds `--policies` and `--set`. */
export function policyOptions(target: Command): Command {
  const withFile = target.option(
    '--policies <file>',
    'policies file (JSON); HOLDFAST_POLICIES otherwise',
  );
  return setOption(withFile, 'override one field; may be repeated');
}

/** Adds `--set`, which may be repeated. */
export function setOption(target: Command, description: string): Command {
  return target.option(
    '--set <policy.field=value>',
    description,
    (value: string, all: string[] = []) => [...all, value],
  );
}

/** Adds `--json`, which every command has. */
export function jsonOption(target: Command): Command {
  return target.option('--json', 'print JSON; errors too, on standard error');
}

/** Adds what stands under a command's options: its own help, then the exit codes. */
export function helpText(target: Command, help: string): Command {
  return target.addHelpText('after', `${help}\n\n${describeExitCodes()}`);
}

/** Adds a command with `--json`. */
export function addCommand(
  parent: Command,
  usage: string,
  help: string,
  options?: CommandOptions,
): Command {
  return helpText(jsonOption(parent.command(usage, options)), help);
}

/** An action whose code is imported when it runs, so that `--help` waits for no Temporal client. */
export function lazily<Args extends unknown[]>(load: () => Promise<(...args: Args) => unknown>) {
  return async (...args: Args) => {
    await (await load())(...args);
  };
}
