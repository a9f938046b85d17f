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
      .option('--concurrency <count>', 'most requests in flight', '1000')
      .option('--max-rate <count>', 'most requests a minute')
      .option('--max-cost <amount>', 'what it may cost in all, as 5usd; models need prices')
      .option('--tenant <name>', 'whose it is: tenants take turns at a provider that limits')
      .option('--retry-failed', 'run lines again that failed'),
  ).action(lazily(async () => (await import('./commands/batch-run.ts')).batchRunCommand));
}
