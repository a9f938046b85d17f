import type { Command } from 'commander';
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

/** What stands under the options of the gateway's commands, before the exit codes. */
const gatewayHelp = {
  gateway: `
Listens at HOLDFAST_GATEWAY_ADDRESS (127.0.0.1:8484). An existing client changes
its base URL, and nothing else:

  OPENAI_BASE_URL=http://127.0.0.1:8484/v1        model "openai:gpt-4o-mini"
  ANTHROPIC_BASE_URL=http://127.0.0.1:8484/anthropic

Provider keys are those of the worker's environment; the client's own are not
sent on. Records are in the ledger's database, which workers must share. Without
Temporal, calls that need one attempt are served; the others wait for it.

Examples:
  holdfast gateway
  HOLDFAST_GATEWAY_ADDRESS=0.0.0.0:8484 holdfast gateway`,
  keysAdd: `
As soon as there is one key, the gateway serves nobody without. With --webhook, the
secret that signs what is told there is shown below the key, also this once.

Examples:
  holdfast keys add --tenant acme --budget 20usd/day --rpm 600
  holdfast keys add --tenant lab --models openai:gpt-4o-mini,ollama:*
  holdfast keys add --tenant shop --webhook https://shop.example/hooks/models`,
  keysList: `
Examples:
  holdfast keys list`,
  keysRevoke: `
Examples:
  holdfast keys revoke key_3f2a9c01be77`,
};
