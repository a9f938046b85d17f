import { countRuns, matrixMarkdown } from './report.ts';
import type { CellResult } from './run-group.ts';

/**
 * `docs/crash-matrix.md`: what was done, what came of it, and what "once" means for each way.
 *
 * @param runs the whole matrix, as often as it was run in a row.
 */
export function crashMatrixDocument(runs: readonly (readonly CellResult[])[]): string {
  return `# The crash matrix

Written by \`npm run test:crash\`; do not edit. ${runs[0]?.length ?? 0} cells, each a real workflow on a real Temporal server: a real worker process stands still at a point of one effect, something dies, everything goes on, and the effects are counted at the target.

${runsSentence(runs)}

- \`1\`: one effect, and the workflow completed.
- \`unknown, 0\` and \`unknown, 1\`: none or one effect, and the workflow stopped with \`EffectUnknown\`: it cannot be known from here whether it happened, so a person decides (it parks where the policy says so).
- \`done, n\`, \`unknown, n\` and \`none, n\`: what the ledger says when the workflow was ended, or gave up, before its effect was settled; n effects. What was done is never \`none\`.
- \`1, twin closed\`: one open ticket; a second one was closed and reported.
- \`–\`: cannot happen (a SQLite file has no connection to cut).

Never two rows, charges, emails, open tickets or webhooks, and never a workflow that does not end.

## What is killed, and where

A worker that dies gets SIGKILL; another one is started. What had been sent is done by its target after the worker's death. Temporal's dev server gets SIGKILL and is started again on its file a second later, PostgreSQL likewise on its data. Connections to the targets (for \`save\` the one to PostgreSQL) are cut by toxiproxy, refused for a second, and let through again. A paused worker gets SIGSTOP until another one has taken over its lease, and then wakes up (SIGCONT) right where it was. "Cancelled", "terminated", "attempts used up" and "deadline over" (of a park that nobody answers) end the workflow while its effect is at the point and its worker is dead; "unknown" after a termination is a claim that ran out, which is listed beside the unknown ones. "Stripe stores a 500" is Stripe's own failure, which it replays under the same key: the charge exists (after the target did it), or does not.

For \`save\` the target is the transaction: "sent" is right before its INSERT, "did it" after it, "the record" the ledger's row in the same transaction, all uncommitted; "before the activity completion" is after the commit.

## What "once" means

- **Same transaction** (\`save\`): exactly once. Effect and ledger row are committed together or not at all; there is no moment in between. It holds only in the database that holds the ledger, and as long as that database keeps what it committed.
- **Native key** (\`charge\`, \`email\`): once, because the target tells repeats apart. An attempt in doubt sends the stored request again under the same key. This rests on the target's word: within its window (Stripe and Resend 24 hours; Holdfast stops at 23 and looks the effect up instead). Where Stripe has stored a failure of its own and no payment is found, it is \`unknown\`.
- **Find before create** (\`ticket\`): one, or a later twin that is closed and reported. Looking first and looking again afterwards narrows the window; GitHub offers nothing that closes it. Nothing is created anew before GitHub's own ten seconds for a request are over; one that it acted on later still could become a second ticket, which \`effects reconcile\` lists.
- **At most once** (\`webhook\`). Whatever dies after the claim and before the record leaves \`unknown\`, also where nothing was sent: that cannot be told apart. It is never sent again without a person.

What no cell can show: a target that breaks its word, a disk that loses what was synced, a ledger restored from a backup. Told so by \`holdfast effects restored\`, it takes what it has no row for as after a crash: in doubt ([operations](operations.md#backups-and-restores)).

## The matrix

${matrixMarkdown(runs.flat())}
`;
}

function runsSentence(runs: readonly (readonly CellResult[])[]): string {
  const { made, right } = countRuns(runs);
  if (right < made) {
    return `**Of ${made} runs in a row every cell came out right in ${right} only**; the matrix names what did not.`;
  }
  return made === 1
    ? 'Run once; every cell came out right.'
    : `Run ${made} times in a row; every cell came out right each time. Where the runs differ, the cell has all that they came to.`;
}
