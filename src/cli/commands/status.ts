import { type WorkflowStatus, workflowStatus } from '../../client/status.ts';
import { answerCommand, whatToDoAbout } from '../../wire/describe-park.ts';
import type { DoneEffect, ParkAnswer, Parked } from '../../wire/progress.ts';
import { shellWord } from '../../wire/shell-word.ts';
import { exitCodes } from '../exit-codes.ts';
import { wrap } from '../explain/wrap.ts';
import { formatDuration } from '../format.ts';
import { type JsonOption, print, printJson } from '../output.ts';
import { printableLine } from '../printable.ts';
import { describeHeld } from '../watch/countdown.ts';
import { describeStatus, stateOf } from '../watch/describe-status.ts';
import { withClient } from '../with-client.ts';

/** `holdfast status <id>` */
export async function status(id: string, options: JsonOption): Promise<void> {
  await withClient(async ({ client, ui }) => {
    const found = await workflowStatus(client, id);
    const link = ui(found.workflowId);
    if (options.json) printJson({ ...found, ...(link && { ui: link }) });
    else print(renderStatus(found, new Date(), { link, width: process.stdout.columns }));
    const state = stateOf(found);
    if (state === 'parked') process.exitCode = exitCodes.parked.code;
    else if (found.failure) process.exitCode = exitCodes.failed.code;
  });
}

/**
 * One workflow in full: a line for each thing there is to say.
 *
 * @param place.width of a terminal: longer reasons are wrapped, commands to copy are not.
 */
export function renderStatus(
  found: WorkflowStatus,
  now: Date,
  {
    link,
    width = Number.POSITIVE_INFINITY,
  }: { link?: string | undefined; width?: number | undefined } = {},
): string {
  const words = describeStatus(found, now);
  const { progress, closedAt, startedAt, held = [] } = found;
  const parks = progress?.parked ?? [];
  const tookMs = (closedAt ?? now).getTime() - startedAt.getTime();
  const since = closedAt
    ? `${startedAt.toISOString()}, took ${formatDuration(tookMs)}`
    : `${startedAt.toISOString()}, ${formatDuration(Math.max(0, tookMs))} ago`;
  const rows: [string, string | undefined][] = [
    ['workflow', `${found.workflowType}, run ${found.runId}`],
    ['started', since],
    ['step', words.step || undefined],
    ['attempt', words.attemptAndNext || undefined],
    ...held.map((each): [string, string] => [
      'held',
      printableLine(`${each.step}: ${describeHeld(each, now)}`),
    ]),
    ...(held.length > 0 ? [] : [noteRow(found, words.note)]),
    ...parks.flatMap((parked) => parkedRows(words.id, parked, parks)),
    ['attempts', progress && `${progress.attempts}, repairs ${progress.repairs}`],
    ['tokens', progress && `${progress.usage.inputTokens} in, ${progress.usage.outputTokens} out`],
    ...(progress?.answers ?? []).map(answerRow),
    ['effects', effectsDone(found)],
    ...(found.left?.inDoubt ?? []).map(doubtRow),
    ['ui', link],
  ];
  const lines = rows.flatMap(([name, value]) => {
    if (!value) return [];
    const isReason = ['held', 'last', 'failed', 'waits for'].includes(name);
    return (isReason ? wrap([value], Math.max(20, width - 14)) : [value]).map(
      (line, index) => `  ${(index === 0 ? name : '').padEnd(10)} ${line}`,
    );
  });
  if (!progress && !found.stuck && !found.notTakenUp)
    lines.push('  no worker answers: what the workflow did so far is not shown');
  return [`${words.id}  ${words.state}`, ...lines].join('\n');
}

function noteRow({ progress, failure }: WorkflowStatus, note: string): [string, string] {
  return [progress?.parked ? 'waits for' : failure ? 'failed' : 'last', note];
}

function parkedRows(id: string, parked: Parked, all: readonly Parked[]): [string, string][] {
  const { since, until, parkId, type, step } = parked;
  return [
    ...(all.length > 1 ? [['parked', printableLine(`${step}: ${type}`)] as [string, string]] : []),
    ['since', `${since}${until ? `; fails at ${until}` : ''}`],
    ['to do', whatToDoAbout(parked)],
    [parked.type === 'ApprovalRequired' ? 'approve' : 'answer', answerCommand(id, parked, all)],
    ['park', printableLine(parkId)],
  ];
}

function effectsDone({ progress, left }: WorkflowStatus): string | undefined {
  if (progress) return progress.effects.map(effectLine).join(', ') || 'none yet';
  return left && (left.done.map(printableLine).join(', ') || 'none');
}

function effectLine({ name, replayed, did = name }: DoneEffect) {
  return `${printableLine(did)}${replayed ? ' (had been done, not repeated)' : ''}`;
}

function doubtRow(key: string): [string, string] {
  return [
    'in doubt',
    `${printableLine(key)} may have happened; holdfast effects show ${shellWord(printableLine(key))}`,
  ];
}

function answerRow({ at, step, type, did, by }: ParkAnswer): [string, string] {
  return ['answered', printableLine(`${at} ${type} at ${step}: ${did}${by ? ` by ${by}` : ''}`)];
}
