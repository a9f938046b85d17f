import { describeExitCodes } from './exit-codes.ts';

/** What stands under the options in `holdfast --help`. */
export const rootHelp = `
Examples:
  holdfast start order examples/orders/order-1001.txt --wait
  holdfast start complete "Say hello" --model ollama:llama3.2 --wait
  holdfast start triage --input ticket.json --id T-1042 --wait
  holdfast watch                     everything that runs, until it is done
  holdfast policy model              what the retries of a model call can cost

Connection: TEMPORAL_ADDRESS (127.0.0.1:7233), TEMPORAL_NAMESPACE (default),
TEMPORAL_API_KEY and Temporal's other variables and profiles. Holdfast's own
are listed in docs/configuration.md; a .env file in the working directory is
read too.

${describeExitCodes()}`;

/** What stands under the options of each command, before the exit codes. */
export const commandHelp = {
  startWorkflow: `
Starts a workflow of your own by the name that its worker serves it by. What
--policies and --set say is checked by the worker, which knows your own
policies. Without --id one is made from the input's fingerprint: the same input
is done once.

Examples:
  holdfast start triage --input ticket.json --id T-1042
  holdfast start triage --input '{"id":"T-7","text":"No light"}' --wait
  cat ticket.json | holdfast start triage --input - \\
    --set notify.maximumAttempts=3`,
  startComplete: `
Without --id one is made from the input's fingerprint: the same question is
asked once.

A --request file (- for standard input) has messages, and where wanted model,
schema, settings (temperature, seed, reasoningEffort ...), tools, toolChoice:
schemas/request.schema.json. Images and files are in it, in base64 or as an
address that the provider fetches; no other file is read.

Examples:
  holdfast start complete "Say hello" --id hello-1 --wait
  holdfast start complete --request receipt.json --wait --json
  holdfast start complete --prompt-file ticket.txt --schema intent.json --wait
  git diff | holdfast start complete - --system "Write a commit message."
  holdfast start complete "Say hello" --set model.maximumAttempts=3 --dry-run`,
  result: `
Waits until the workflow is done. Text is printed as it is, anything else as
JSON. A workflow that waits for a person ends the waiting with exit code 6.

Examples:
  holdfast result order-1001
  holdfast result hello-1 --json | jq .result`,
  status: `
Ends with 0 while the workflow runs or when it is done, 1 when it failed, 6
when it waits for a person.

Examples:
  holdfast status order-1001
  holdfast status order-1001 --json | jq .progress.parked`,
  watch: `
Without ids: everything of Holdfast that runs in the namespace, until nothing
does. On a terminal a table, elsewhere a line for each change (with --json a
JSON object). Ends with 0 when all are done, 1 when one failed. Ctrl-C ends the
watching, never the workflows.

Examples:
  holdfast watch
  holdfast watch order-1001 order-1002
  holdfast watch order-1001 --json | jq -c '[.at, .status, .progress.step]'`,
  explain: `
From the journal that the worker keeps: attempts that have ended, those lost
with a killed worker, what each may have cost, the delay after it and why; the
ledger's word on effects; waits for a person. Also long after Temporal has
forgotten the workflow. Times are by the workers' clocks.

Examples:
  holdfast explain order-1001
  holdfast explain order-1001 --json | jq .summary`,
  cancel: `
What was already sent to Stripe or GitHub finishes and is recorded first; what
nobody knows the end of is looked up once, and is unknown otherwise. Waits for
that, and says what had been done. Nothing is undone.

Examples:
  holdfast cancel order-1001 && holdfast watch order-1001`,
  policy: `
Shows the catalogue with the policies file and --set applied; no server is
asked. A policy of your own is asked of the worker that has it.

Examples:
  holdfast policy
  holdfast policy model --set model.maximumAttempts=5 --set model.jitter=0
  holdfast policy payment --policies policies.json --json
  holdfast policy notify --set notify.maximumAttempts=3`,
} as const;
