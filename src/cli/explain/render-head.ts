import type pc from 'picocolors';
import type { Explanation } from '../../client/explain.ts';
import { maximumAttemptsRead } from '../../wire/recorded-attempt.ts';
import { formatCount, formatDuration } from '../format.ts';
import { printableLine } from '../printable.ts';
import { describeHeld } from '../watch/countdown.ts';
import { describeStatus } from '../watch/describe-status.ts';
import { summarize } from './summarize.ts';
import { wrap } from './wrap.ts';

/** What the workflow is, where it stands, and what its attempts come to. */
export function renderHead(
  explanation: Explanation,
  { width, now }: { readonly width: number; readonly now: Date },
  color: ReturnType<typeof pc.createColors>,
): string {
  const { workflowId, status, attempts } = explanation;
  const summary = summarize(explanation);
  const { calls, repairs, sent, notSent, sentUnknown, lost, deferred } = summary;
  const { billed, possiblyBilled, inputTokens, outputTokens, cost, heldMs } = summary;
  const some = (count: number, words: string) => (count > 0 ? [`${count} ${words}`] : []);
  const rows: [string, readonly string[]][] = [
    ['workflow', status ? aboutWorkflow(status, now) : ['Temporal does not know it any more']],
    [
      'calls',
      [
        plural(calls, 'call'),
        ...(repairs > 0 ? [`${plural(repairs, 'repair')} among them`] : []),
        plural(summary.attempts, 'attempt'),
        ...some(sent, 'sent'),
        ...some(notSent, 'not sent'),
        ...some(sentUnknown, 'perhaps sent'),
        ...some(lost, 'lost with a killed worker'),
        ...some(deferred, 'sent back by the gate'),
        ...(heldMs > 0 ? [`held by the gate for ${formatDuration(heldMs)}`] : []),
      ],
    ],
    [
      'billed',
      [
        `${formatCount(billed)} billed`,
        ...some(possiblyBilled, 'possibly billed'),
        `${formatCount(inputTokens)} + ${formatCount(outputTokens)} tokens`,
        ...Object.entries(cost).map(([currency, amount]) => `${amount} ${currency}`),
      ],
    ],
    ...(status ? pendingRows(status, now) : []),
  ];
  const more = attempts.length >= maximumAttemptsRead ? '  (the latest 1,000 attempts)' : '';
  const lines = rows.flatMap(([name, words]) =>
    wrap(words.map(printableLine), width - 12).map(
      (line, index) => `  ${(index === 0 ? name : '').padEnd(9)} ${line}`,
    ),
  );
  const state = status ? `  ${describeStatus(status, now).state}` : '';
  return [`${color.bold(printableLine(workflowId))}${state}${more}`, ...lines].join('\n');
}

type Status = NonNullable<Explanation['status']>;

function aboutWorkflow(status: Status, now: Date): string[] {
  const { workflowType, runId, startedAt, closedAt, failure } = status;
  const tookMs = (closedAt ?? now).getTime() - startedAt.getTime();
  return [
    `${workflowType} of ${startedAt.toISOString()}`,
    `${closedAt ? 'took' : 'for'} ${formatDuration(Math.max(0, tookMs))}`,
    `run ${runId}`,
    ...(failure ? [`${failure.type}: ${failure.message}`] : []),
  ];
}

/** What goes on now: the journal has only what has ended. */
function pendingRows({ pending, held = [] }: Status, now: Date): [string, readonly string[]][] {
  const rows = pending.flatMap((each): [string, string[]][] => {
    const { activity, attempt, maximumAttempts, running, nextAttemptAt } = each;
    if (each.held) return [];
    const of = maximumAttempts > 0 ? ` of ${maximumAttempts}` : '';
    const when = nextAttemptAt ? `next at ${nextAttemptAt.toISOString().slice(11, 19)}` : 'waits';
    return [['now', [`${activity}, attempt ${attempt}${of}`, running ? 'runs' : when]]];
  });
  const heldRows = held.map((each): [string, string[]] => [
    'held',
    [`${each.step}: ${describeHeld(each, now)}`],
  ]);
  return [...rows, ...heldRows];
}

function plural(count: number, word: string): string {
  return `${formatCount(count)} ${word}${count === 1 ? '' : 's'}`;
}
