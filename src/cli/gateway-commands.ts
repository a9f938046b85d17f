import type { Command } from 'commander';
import { gatewayHelp } from './gateway-help.ts';
import { addCommand, lazily, policyOptions } from './options.ts';

/** Adds the commands of the gateway. */
export function addGatewayCommands(program: Command): void {
  policyOptions(
    addCommand(program, 'gateway', gatewayHelp.gateway).description(
      'serve durable model calls to existing clients, until Ctrl-C',
    ),
  ).action(lazily(async () => (await import('./commands/gateway.ts')).gatewayCommand));

  const keys = program.command('keys').description('keys that clients of the gateway send');
  addCommand(keys, 'add', gatewayHelp.keysAdd)
    .description('make a key; it is shown this once')
    .requiredOption('--tenant <name>', 'whose it is: tenants see nothing of each other')
    .option('--budget <amount/window>', 'most money: 20usd/day, 500eur/month')
    .option('--rpm <count>', 'most requests a minute')
    .option('--tpm <count>', 'most tokens a minute')
    .option('--models <list>', 'provider:model, separated by commas; a * at the end is any')
    .option('--webhook <url>', 'where the ends of its background calls are told')
    .action(lazily(async () => (await import('./commands/keys.ts')).addKeyCommand));
  addCommand(keys, 'list', gatewayHelp.keysList)
    .description('keys by id, with what they may use')
    .action(lazily(async () => (await import('./commands/keys.ts')).listKeysCommand));
  addCommand(keys, 'revoke <id>', gatewayHelp.keysRevoke)
    .description('refuse a key from now on')
    .action(lazily(async () => (await import('./commands/keys.ts')).revokeKeyCommand));
}
