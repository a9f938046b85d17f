import { type Command, InvalidArgumentError } from 'commander';
import { operatorHelp } from './operator-help.ts';
import { jsonOption, setOption } from './options.ts';

/** Adds the commands for the operators of Holdfast: what waits, and what the ledger says. */
export function addOperatorCommands(program: Command): void {
  jsonOption(program.command('parked'))
    .description('what waits for a person: why, since when, what to do')
    .option('--type <type>', 'only of this failure type, for example QuotaExhausted')
    .option('--of-model <model>', 'only questions to this model (provider:model)')
    .option('--limit <count>', 'at most so many', count, 100)
    .addHelpText('after', operatorHelp.parked)
    .action(async (options) => {
      const { parkedCommand } = await import('./commands/parked.ts');
      await parkedCommand(options);
    });
  const resume = jsonOption(program.command('resume'))
    .description('have a parked workflow try its failed step again')
    .argument('[id]', 'one workflow; or --all')
    .option('--all', 'all that are parked, of one --type or --of-model')
    .option('--type <type>', 'with --all: of this failure type')
    .option('--of-model <model>', 'with --all: questions to this model')
    .option('--park <park>', 'only if it waits as this park, as `status` shows it')
    .option('--retry', 'try the step again; the default')
    .option('--skip', 'go on without the step, where the workflow can')
    .option('--model <model>', 'ask this model instead (provider:model)');
  setOption(resume, 'another limit for the step; may be repeated')
    .addHelpText('after', operatorHelp.resume)
    .action(async (id, options) => {
      const { resumeCommand } = await import('./commands/resume.ts');
      await resumeCommand(id, options);
    });
  jsonOption(program.command('providers'))
    .description('how the providers stand with each worker: free, limited or down')
    .addHelpText('after', operatorHelp.providers)
    .action(async (options) => {
      const { providersCommand } = await import('./commands/providers.ts');
      await providersCommand(options);
    });
  addEffects(program.command('effects').description('the ledger of effects').helpCommand(false));
}

function addEffects(effects: Command): void {
  jsonOption(effects.command('list', { isDefault: true }))
    .description('effects by state, workflow, name and age')
    .option('--state <state>', 'started, succeeded, failed, released or unknown')
    .option('--workflow <id>', 'only of this workflow')
    .option('--effect <name>', 'only of this name: charge')
    .option('--older-than <age>', 'not changed for so long: 90d, 12h, 30min')
    .option('--younger-than <age>', 'changed since')
    .option('--limit <count>', 'at most so many, 500 a page', count, 100)
    .option('--after <cursor>', 'the next page')
    .addHelpText('after', operatorHelp.effects)
    .action(async (options) => {
      const { effectsCommand } = await import('./commands/effects.ts');
      await effectsCommand(options);
    });
  jsonOption(effects.command('show'))
    .description('one effect in full')
    .argument('<key>', 'as `effects` shows it')
    .addHelpText('after', operatorHelp.effects)
    .action(async (key, options) => {
      const { showCommand } = await import('./commands/effects.ts');
      await showCommand(key, options);
    });
  jsonOption(effects.command('resolve'))
    .description('say what became of an effect that is unknown')
    .argument('<key>', 'as `parked` and `effects` show it')
    .option('--happened', 'it is done, with --result')
    .option('--result <json>', 'what it gave, as JSON')
    .option('--did-not-happen', 'it is not: it will be done anew, after a look at the target')
    .option('--give-up', 'its outcome stays unknown: it fails')
    .addHelpText('after', operatorHelp.resolve)
    .action(async (key, options) => {
      const { resolveCommand } = await import('./commands/resolve.ts');
      await resolveCommand(key, options);
    });
  jsonOption(effects.command('reconcile'))
    .description("compare the ledger with the targets' own lists")
    .option('--since <age>', 'how far back: 30d, 12h', '7d')
    .addHelpText('after', operatorHelp.reconcile)
    .action(async (options) => {
      const { reconcileCommand } = await import('./commands/reconcile.ts');
      await reconcileCommand(options);
    });
  jsonOption(effects.command('prune'))
    .description('remove old rows that are no longer needed')
    .requiredOption('--older-than <age>', 'not changed for so long: 400d')
    .option('--dry-run', 'only count them')
    .addHelpText('after', operatorHelp.prune)
    .action(async (options) => {
      const { pruneCommand } = await import('./commands/reconcile.ts');
      await pruneCommand(options);
    });
  jsonOption(effects.command('restored'))
    .description('the ledger is from a backup: put in doubt what it may have forgotten')
    .requiredOption('--backup-time <time>', 'when the backup was made: 2026-11-25T02:00:00Z')
    .addHelpText('after', operatorHelp.restored)
    .action(async (options) => {
      const { restoredCommand } = await import('./commands/restored.ts');
      await restoredCommand(options);
    });
}

function count(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('it must be a whole number from 1.');
}
