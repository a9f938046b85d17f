import { forecastPolicy, type PolicyForecast } from '../policies/forecast.ts';
import type { ModelPolicy, RetryPolicy } from '../policies/retry-policy.ts';
import { formatCount, formatDuration } from './format.ts';
import { plainTable } from './plain-table.ts';

/** Rows of waits shown; a policy without a cap on attempts has a thousand. */
const rowsShown = 20;
/** Temporal servers with default settings start no timer earlier than this. */
const usualTimerFloorMs = 1000;

/** One policy for people: its waits as a table with bars, then its worst case. */
export function renderPolicy(
  name: string,
  policy: RetryPolicy | ModelPolicy,
  { width }: { readonly width: number },
): string {
  const forecast = forecastPolicy(policy);
  const indented = [...waits(forecast, width), ...worstCase(policy, forecast), ...notes(forecast)];
  return [
    `${name}: ${policyInWords(policy)}`,
    '',
    ...indented.map((line) => `  ${line}`.trimEnd()),
  ].join('\n');
}

/** "at most 8 attempts; waits 500 ms × 2 up to 30 s, jitter 50 %". */
export function policyInWords(policy: RetryPolicy): string {
  const { maximumAttempts, initialIntervalMs, backoffCoefficient, maximumIntervalMs, jitter } =
    policy;
  const attempts =
    maximumAttempts > 0 ? `at most ${maximumAttempts} attempts` : 'attempts uncapped';
  return `${attempts}; waits ${formatDuration(initialIntervalMs)} × ${backoffCoefficient} up to ${formatDuration(maximumIntervalMs)}, jitter ${Math.round(jitter * 100)} %`;
}

/** "32 requests, 64,000 output tokens, 39 min 30 s", each at most. */
export function worstCaseInWords({
  maximumRequests,
  maximumOutputTokens,
  worstCaseMs,
}: PolicyForecast): string {
  return [
    `${formatCount(maximumRequests)} requests`,
    ...(maximumOutputTokens === undefined
      ? []
      : [`${formatCount(maximumOutputTokens)} output tokens`]),
    formatDuration(worstCaseMs),
  ].join(', ');
}

function waits({ waits: all }: PolicyForecast, width: number): string[] {
  if (all.length === 0) return ['No waits: there is one attempt.'];
  const longestMs = Math.max(...all.map(({ maximumMs }) => maximumMs));
  const barWidth = Math.max(10, Math.min(40, width - 45));
  const table = plainTable({
    head: ['after attempt', 'wait', ''],
    colAligns: ['right', 'right', 'left'],
  });
  for (const [index, { minimumMs, maximumMs }] of all.slice(0, rowsShown).entries()) {
    const range =
      minimumMs === maximumMs
        ? formatDuration(maximumMs)
        : `${formatDuration(minimumMs)} to ${formatDuration(maximumMs)}`;
    table.push([
      String(index + 1),
      range,
      bar(minimumMs / longestMs, maximumMs / longestMs, barWidth),
    ]);
  }
  const more = all.length - rowsShown;
  return [
    ...table.toString().split('\n'),
    ...(more > 0
      ? [`and ${formatCount(more)} more, each at most ${formatDuration(longestMs)}`]
      : []),
    '',
    '█ waited always   ░ the random share: between the two lies the wait',
    '',
  ];
}

/** Full up to the shortest wait, shaded up to the longest; never empty. */
function bar(minimum: number, maximum: number, width: number): string {
  const full = Math.round(minimum * width);
  const whole = Math.max(1, Math.round(maximum * width));
  return '█'.repeat(full) + '░'.repeat(Math.max(0, whole - full));
}

function worstCase(policy: RetryPolicy | ModelPolicy, forecast: PolicyForecast): string[] {
  const elapsed = policy.elapsedBudgetMs;
  const isModel = 'maximumRepairs' in policy;
  return [
    `at worst     ${worstCaseInWords(forecast)}`,
    ...(isModel
      ? [
          '             (repairs included, every call with all its attempts)',
          `in an outage up to ${formatCount(forecast.maximumProbes ?? 0)} requests more that cost nothing, until the deadline`,
          `deadline     a question ends after ${formatDuration(policy.deadlineMs)} in all`,
        ]
      : []),
    `attempt      ends after ${formatDuration(policy.requestTimeoutMs)} without an answer`,
    ...(elapsed > 0
      ? [
          `elapsed      no attempt starts later than ${formatDuration(elapsed)}${forecast.endedByElapsedBudget ? ', which ends the retries' : ''}`,
        ]
      : []),
    `Retry-After  waited for up to ${formatDuration(policy.retryAfterCapMs)}, besides the above; ${isModel ? 'longer is slept through' : 'longer is final'}`,
  ];
}

function notes({ waits: all }: PolicyForecast): string[] {
  if (!all.some(({ minimumMs }) => minimumMs < usualTimerFloorMs)) return [];
  return ['', 'Temporal clusters with default settings raise waits under 1 s to 1 s.'];
}
