/** The command `holdfast`: what every workflow needs, and what the application of orders adds. */
import { runCli } from './cli/run-cli.ts';
import { addOrderCommands } from './orders/commands/add-order-commands.ts';

await runCli(process.argv.slice(2), addOrderCommands);
