/** What stands under the options of the operator's commands, before the exit codes. */
export const operatorHelp = {
  parked: `
Needs no worker: what a workflow waits for is kept where the server lists it.

Examples:
  holdfast parked
  holdfast parked --type QuotaExhausted --json | jq -r '.[].workflowId'`,
  resume: `
Only the step that failed is tried again; no answer is paid for twice, and no
effect is repeated. --model and --set hold for that step. Where a workflow has
several parks, --park names one; \`parked\` shows the command for each.

Examples:
  holdfast resume order-7
  holdfast resume order-7 --model openai:gpt-4o
  holdfast resume order-7 --set payment.maximumAttempts=20
  holdfast resume order-7 --skip
  holdfast resume order-7 --park ticket.2.9c41d07e
  holdfast resume --all --type QuotaExhausted
  holdfast resume --all --of-target stripe
  holdfast resume --all --of-model openai:gpt-4o-mini --model ollama:llama3.2`,
  providers: `
Each worker has a gate for each model it was asked for. When a provider limits
or is down, the gate holds back what is for it, and this shows until when:

  free      calls go at once, up to \`of\` in flight
  limited   the provider said 429 or the like: calls go at a pace that adapts
  down      nothing goes until the next probe
  probing   one call is on its way; it decides
  held      a person holds it (\`providers hold\`): nothing goes until \`release\`

As metrics for Prometheus: HOLDFAST_METRICS_ADDRESS, holdfast_gate_*.

Examples:
  holdfast providers
  watch -n 5 holdfast providers
  holdfast providers --json | jq '.gates[] | select(.state == "down") | .model'`,
  hold: `
All workers obey within seconds, and so do those that start later. Calls that
are held sleep at no attempt, and \`status\` and \`watch\` show by whom and why;
what is under way ends as it ends. A release wakes those that sleep long, the
others come back within a minute.

Examples:
  holdfast providers hold openai --reason "maintenance until 14:00 UTC"
  holdfast providers hold openai:gpt-4o --reason "answers are cut, ticket 1042"
  holdfast providers
  holdfast providers release openai`,
  effects: `
The worker reads the ledger; this command never opens it. Times are UTC, by the
database's clock.

Examples:
  holdfast effects --state unknown
  holdfast effects --workflow order-7
  holdfast effects --effect charge --younger-than 12h --json
  holdfast effects show default/order-7:charge`,
  ledger: `
All workers of a scope use one ledger, or an effect could be done twice; one with
another refuses to start. The first worker says which it is, Temporal keeps it.
\`adopt\` is for a ledger that was moved to another database, or is lost.

Examples:
  holdfast ledger
  holdfast ledger adopt`,
  resolve: `
For what is unknown, and for what failed and shall be done anew. Look at the
target first. A workflow that is parked on it goes on; where it is gone, the
next start under its id does.

Examples:
  holdfast effects resolve default/order-7:charge --happened \\
    --result '{"chargeId":"pi_3","amountMinor":1200,"currency":"eur"}'
  holdfast effects resolve default/order-7:charge --did-not-happen
  holdfast effects resolve default/order-7:charge --give-up`,
  reconcile: `
Only reads. Ends with 1 when something differs, a target could not be asked, or
nothing was compared at all.

Examples:
  holdfast effects reconcile
  holdfast effects reconcile --since 30d --json`,
  restored: `
Workflows that ran since the backup may have done what the ledger does not know
any more. From now on each such effect is in doubt: its target is given the same
key, or asked, and where neither is possible a person decides. Nothing is
changed at the targets. Run it before the workers serve again.

A SQLite ledger is three files: put back ledger.db with its -wal and -shm, or
remove those of before, which belong to another ledger.

Before any other worker serves: start one on a queue of its own, and ask that.
docs/operations.md has the steps. Where the time is not sure, name an earlier
one.

Examples:
  HOLDFAST_TASK_QUEUE=after-restore npm run worker &
  HOLDFAST_TASK_QUEUE=after-restore holdfast effects restored \\
    --backup-time 2026-11-25T02:00:00Z`,
  prune: `
Removes what is settled, older than this and than its effect's own retention
(docs/operations.md), and whose workflow Temporal has forgotten. What is
started or unknown is never removed.

Examples:
  holdfast effects prune --older-than 400d --dry-run
  holdfast effects prune --older-than 400d`,
} as const;
