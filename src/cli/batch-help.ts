/** What stands under the options of the commands of batches, before the exit codes. */
export const batchHelp = {
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
