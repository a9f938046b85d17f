/** The command `holdfast`: what every workflow needs, and what the application of orders adds. */
import { runCommand } from './cli/run-command.ts';
import { addOrderCommands } from './orders/commands/add-order-commands.ts';

await runCommand(process.argv.slice(2), addOrderCommands);
