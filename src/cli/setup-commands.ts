import { type Command, InvalidArgumentError } from 'commander';
import { addCommand, lazily } from './options.ts';

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

/** What stands under the options of the commands that one begins with, before the exit codes. */
const setupHelp = {
  init: `
Five files in an empty folder: app.ts (what is asked, what is done),
workflows.ts (in which order), a test of both, package.json and tsconfig.json.
Beside them this Holdfast, packed, which package.json names.

Examples:
  holdfast init my-project
  holdfast init .`,
  up: `
For development. Temporal's data and the ledger are kept in .holdfast/, so that
workflows go on at the next \`up\`. Without --worker: worker.ts or app.ts (or
.js) of the folder, with the workflows.ts beside app.ts; else a worker that
serves \`complete\`. The gateway listens at HOLDFAST_GATEWAY_ADDRESS
(127.0.0.1:8484). At a terminal it prints lines for people, elsewhere JSON.

The server is the program that HOLDFAST_TEMPORAL_CLI names, or \`temporal\` on
PATH, or what Holdfast downloads or builds with Go, once for a user.

Examples:
  holdfast up
  holdfast up --worker src/app.ts
  holdfast up --port 17233 --ui-port 18233 --json | jq -c .event`,
  doctor: `
Looks at the configuration of this shell, the versions, the server, its
namespace and its search attribute, and asks a worker for its ledger, its
providers' keys (by their variables) and the clocks. Nothing is changed. Ends
with 0 when all is well, 2 when something is wrong; each with its mend.

Examples:
  holdfast doctor
  holdfast doctor --json | jq -c '.checks[] | select(.state == "wrong")'`,
} as const;
