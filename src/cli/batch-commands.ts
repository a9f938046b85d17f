import type { Command } from 'commander';
import { batchHelp } from './batch-help.ts';
import { addCommand, lazily, policyOptions } from './options.ts';

/** Adds the commands of batches. */
export function addBatchCommands(program: Command): void {
  const batch = program.command('batch').description('files of requests, each line paid for once');
  policyOptions(
    addCommand(batch, 'run <input>', batchHelp.run)
      .description('run a file of requests; again: go on where it was')
      .requiredOption('--out <folder>', 'of the results; the batch is known by it')
      .option('--model <model>', 'provider:model, for every line')
      .option('--prompt <template>', 'INPUT is CSV or JSON lines: {{column}} is a value')
      .option('--prompt-file <file>', 'read the template from a file')
      .option('--schema <file>', 'JSON Schema that answers must keep to, with --prompt')
      .option('--dry-run', 'check the file, and say what it costs at most; nothing is sent')
      .option('--concurrency <count>', 'most requests in flight', '1000')
      .option('--max-rate <count>', 'most requests a minute')
      .option('--max-cost <amount>', 'what it may cost in all, as 5usd; models need prices')
      .option('--via <way>', "batch-api: by the provider's own Batch API, at half its price")
      .option('--then <way>', 'live: what failed there, or was not run, is asked live')
      .option('--poll <seconds>', 'how often such a batch is asked for', '60')
      .option('--priority <low>', 'low: only while no other call waits for the provider')
      .option('--tenant <name>', 'whose it is: tenants take turns at a provider that limits')
      .option('--retry-failed', 'run lines again that failed'),
  ).action(lazily(async () => (await import('./commands/batch-run.ts')).batchRunCommand));
  const manage = () => import('./commands/batch-manage.ts');
  addCommand(batch, 'list', batchHelp.list)
    .description('batches of this ledger, the latest first')
    .action(lazily(async () => (await manage()).batchListCommand));
  addCommand(batch, 'status <batch>', batchHelp.status)
    .description('how far a batch has come')
    .action(lazily(async () => (await manage()).batchStatusCommand));
  addCommand(batch, 'pause <batch>', batchHelp.pause)
    .description('send nothing further; what is under way ends')
    .action(lazily(async () => (await manage()).batchPauseCommand));
  addCommand(batch, 'resume <batch>', batchHelp.resume)
    .description('go on with a batch that was paused, or waits for a person')
    .action(lazily(async () => (await manage()).batchResumeCommand));
  addCommand(batch, 'cancel <batch>', batchHelp.cancel)
    .description('end a batch; what has ended is kept')
    .action(lazily(async () => (await manage()).batchCancelCommand));
}
