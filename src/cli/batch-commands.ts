import type { Command } from 'commander';
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

/** What stands under the options of the commands of batches, before the exit codes. */
const batchHelp = {
  run: `
INPUT is a file in OpenAI's batch format, a request in each line:
{"custom_id": "1", "method": "POST", "url": "/v1/chat/completions", "body": {...}}
A model without a provider is one of OpenAI's. All lines are checked before
anything is sent.

Without TEMPORAL_ADDRESS it starts a server and a worker of its own, with their
data in .holdfast/. Stopped in whatever way, the same command goes on: no line
that has an answer is sent again. A file that has grown sends what is new.

In the folder: output.jsonl and errors.jsonl in OpenAI's shape and the order of
the input; until then output.partial.jsonl, in the order of the answers. Ends
with 1 when lines failed, 6 when a person must do something (a key, an account)
before any line can go on.

With --via batch-api, lines go to OpenAI's Batch API, and those of /v1/messages to
Anthropic's: half the price, up to a day. Each file is submitted once, however often this dies.

Examples:
  holdfast batch run prompts.jsonl --out results
  holdfast batch run prompts.jsonl --out results --via batch-api --then live
  holdfast batch run prompts.jsonl --out results --model ollama:llama3.2
  holdfast batch run prompts.jsonl --out results --max-cost 5usd --max-rate 600
  holdfast batch run prompts.jsonl --out results --retry-failed
  holdfast batch run mails.csv --out results --prompt "Language of: {{text}}" \\
    --schema language.json --model openai:gpt-4o-mini --dry-run`,
  list: `
Examples:
  holdfast batch list`,
  status: `
A batch is named by its id, or by the folder of its results.

Examples:
  holdfast batch status results
  holdfast batch status results --json | jq .possiblyBilled`,
  pause: `
Examples:
  holdfast batch pause results`,
  resume: `
Examples:
  holdfast batch resume results`,
  cancel: `
Lines under way end, and are paid for and kept. The same \`batch run\` sends the
rest.

Examples:
  holdfast batch cancel results`,
};
