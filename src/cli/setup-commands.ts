import { type Command, InvalidArgumentError } from 'commander';
import { addCommand, lazily } from './options.ts';
import { setupHelp } from './setup-help.ts';

/** Adds the commands that one begins with. */
export function addSetupCommands(program: Command): void {
  addCommand(program, 'init <folder>', setupHelp.init)
    .description('a project of your own to begin with: a workflow, and its test')
    .action(lazily(async () => (await import('./commands/init.ts')).initCommand));
  addCommand(program, 'up', setupHelp.up)
    .description('a Temporal server with its UI, a worker and the gateway, until Ctrl-C')
    .option('--worker <file>', 'a module that serves, or one that exports `app`')
    .option('--no-gateway', 'without the gateway for existing clients')
    .option('--port <port>', 'of the Temporal server', port, 7233)
    .option('--ui-port <port>', 'of its UI', port, 8233)
    .action(lazily(async () => (await import('./commands/up.ts')).upCommand));
  addCommand(program, 'doctor', setupHelp.doctor)
    .description('whether all is there that workflows need, and what to do where it is not')
    .action(lazily(async () => (await import('./commands/doctor.ts')).doctorCommand));
}

function port(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0 && value < 65_536) return value;
  throw new InvalidArgumentError('it must be a port, 1 to 65535.');
}
