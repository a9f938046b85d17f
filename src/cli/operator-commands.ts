import { type Command, InvalidArgumentError } from 'commander';
import { operatorHelp } from './operator-help.ts';
import { addCommand, lazily, setOption } from './options.ts';

/** Adds the commands for the operators of Holdfast: what waits, and what the ledger says. */
export function addOperatorCommands(program: Command): void {
  addCommand(program, 'parked', operatorHelp.parked)
    .description('what waits for a person: why, since when, what to do')
    .option('--type <type>', 'only of this failure type, for example QuotaExhausted')
    .option('--of-model <model>', 'only questions to this model (provider:model)')
    .option('--of-target <target>', 'only effects on this target: stripe, github')
    .option('--limit <count>', 'at most so many', count, 100)
    .action(lazily(async () => (await import('./commands/parked.ts')).parkedCommand));
  const resume = addCommand(program, 'resume', operatorHelp.resume)
    .description('have a parked workflow try its failed step again')
    .argument('[id]', 'one workflow; or --all')
    .option('--all', 'all that are parked, of one --type, --of-model or --of-target')
    .option('--type <type>', 'with --all: of this failure type')
    .option('--of-model <model>', 'with --all: questions to this model')
    .option('--of-target <target>', 'with --all: effects on this target: stripe, github')
    .option('--park <park>', 'which park, as `status` shows it; only if it waits as that')
    .option('--retry', 'try the step again; the default')
    .option('--skip', 'go on without the step, where the workflow can')
    .option('--model <model>', 'ask this model instead (provider:model)');
  setOption(resume, 'another limit for the step; may be repeated').action(
    lazily(async () => (await import('./commands/resume.ts')).resumeCommand),
  );
  addProviders(program.command('providers').description('the providers').helpCommand(false));
  addLedger(
    program.command('ledger').description('which ledger holds the effects').helpCommand(false),
  );
  addEffects(program.command('effects').description('the ledger of effects').helpCommand(false));
}

function addProviders(providers: Command): void {
  addCommand(providers, 'list', operatorHelp.providers, { isDefault: true })
    .description('how the providers stand with each worker: free, limited, down or held')
    .action(lazily(async () => (await import('./commands/providers.ts')).providersCommand));
  addCommand(providers, 'hold', operatorHelp.hold)
    .description('send nothing to a provider, or one of its models, until it is released')
    .argument('<target>', 'provider, or provider:model')
    .requiredOption('--reason <text>', 'why, for those whose calls wait')
    .action(lazily(async () => (await import('./commands/providers.ts')).holdCommand));
  addCommand(providers, 'release', operatorHelp.hold)
    .description('take a hold back')
    .argument('<target>', 'as it was held')
    .action(lazily(async () => (await import('./commands/providers.ts')).releaseCommand));
}

function addLedger(ledger: Command): void {
  addCommand(ledger, 'show', operatorHelp.ledger, { isDefault: true })
    .description('where the effects of a scope are, as the first worker said')
    .option('--scope <scope>', 'HOLDFAST_SCOPES otherwise')
    .action(lazily(async () => (await import('./commands/ledger.ts')).ledgerCommand));
  addCommand(ledger, 'adopt', operatorHelp.ledger)
    .description('give it up: the next worker that starts brings another one')
    .option('--scope <scope>', 'HOLDFAST_SCOPES otherwise')
    .action(lazily(async () => (await import('./commands/ledger.ts')).adoptCommand));
}

function addEffects(effects: Command): void {
  addCommand(effects, 'list', operatorHelp.effects, { isDefault: true })
    .description('effects by state, workflow, name and age')
    .option('--state <state>', 'started, succeeded, failed, released or unknown')
    .option('--workflow <id>', 'only of this workflow')
    .option('--effect <name>', 'only of this name: charge')
    .option('--older-than <age>', 'not changed for so long: 90d, 12h, 30min')
    .option('--younger-than <age>', 'changed since')
    .option('--limit <count>', 'at most so many, 500 a page', count, 100)
    .option('--after <cursor>', 'the next page')
    .action(lazily(async () => (await import('./commands/effects.ts')).effectsCommand));
  addCommand(effects, 'show', operatorHelp.effects)
    .description('one effect in full')
    .argument('<key>', 'as `effects` shows it')
    .action(lazily(async () => (await import('./commands/effects.ts')).showCommand));
  addCommand(effects, 'resolve', operatorHelp.resolve)
    .description('say what became of an effect that is unknown')
    .argument('<key>', 'as `parked` and `effects` show it')
    .option('--happened', 'it is done, with --result')
    .option('--result <json>', 'what it gave, as JSON')
    .option('--did-not-happen', 'it is not: it will be done anew, after a look at the target')
    .option('--give-up', 'its outcome stays unknown: it fails')
    .action(lazily(async () => (await import('./commands/resolve.ts')).resolveCommand));
  addCommand(effects, 'reconcile', operatorHelp.reconcile)
    .description("compare the ledger with the targets' own lists")
    .option('--since <age>', 'how far back: 30d, 12h', '7d')
    .action(lazily(async () => (await import('./commands/reconcile.ts')).reconcileCommand));
  addCommand(effects, 'prune', operatorHelp.prune)
    .description('remove old rows that are no longer needed')
    .requiredOption('--older-than <age>', 'not changed for so long: 400d')
    .option('--dry-run', 'only count them')
    .action(lazily(async () => (await import('./commands/reconcile.ts')).pruneCommand));
  addCommand(effects, 'restored', operatorHelp.restored)
    .description('the ledger is from a backup: put in doubt what it may have forgotten')
    .requiredOption('--backup-time <time>', 'when the backup was made: 2026-11-25T02:00:00Z')
    .action(lazily(async () => (await import('./commands/reconcile.ts')).restoredCommand));
}

function count(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('it must be a whole number from 1.');
}
