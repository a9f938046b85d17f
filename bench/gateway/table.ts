import type { Kill } from './kills.ts';
import { type Cell, concurrencies, providersMs } from './latency.ts';
import { points } from './marker.ts';
import type { Results } from './results.ts';
import type { Streams } from './streams.ts';

/** All that there is, as Markdown. */
export function tables(results: Partial<Results>): string {
  const { latency, throughput, streams, kills, missing = {} } = results;
  const parts = [
    latency && latencyTable(latency),
    latency && throughputLine(latency, throughput?.oneActivityWorkflowPerSecond),
    streams && streamsTable(streams),
    kills && killsTable(kills),
    ...Object.entries(missing).map(([id, why]) => `Without ${id}: ${why}.`),
  ];
  return parts.filter((part) => part !== undefined).join('\n\n');
}

const table = (head: readonly string[], rows: readonly (readonly (string | number)[])[]) =>
  [head, head.map((_, at) => (at === 0 ? '---' : '---:')), ...rows]
    .map((row) => `| ${row.join(' | ')} |`)
    .join('\n');

const ms = (value: number) => value.toFixed(value < 100 ? 1 : 0);

/** Of the direct call its own time, of the others what they add to it: median / 99th in 100. */
function latencyTable(cells: readonly Cell[]): string {
  const titles = [...new Set(cells.map(({ contender }) => contender))];
  const rows = providersMs.flatMap((providerMs) =>
    (['whole', 'first token'] as const).flatMap((kind) =>
      concurrencies.map((concurrency) => {
        const of = (contender: string) =>
          cells.find(
            (cell) =>
              cell.contender === contender &&
              cell.providerMs === providerMs &&
              cell.kind === kind &&
              cell.concurrency === concurrency,
          );
        const direct = of('direct');
        const shown = titles.map((contender) => {
          const cell = of(contender);
          if (!direct) return '';
          if (!cell || cell.calls === 0) return 'none';
          const failed = cell.failed > 0 ? `, ${cell.failed} failed` : '';
          const base = contender === 'direct' ? { medianMs: 0, p99Ms: 0 } : direct;
          return `${ms(cell.medianMs - base.medianMs)} / ${ms(cell.p99Ms - base.p99Ms)}${failed}`;
        });
        return [`${providerMs / 1000} s, ${kind}, ${concurrency} at once`, ...shown];
      }),
    ),
  );
  return `Milliseconds, median / 99th of 100: of the direct call all of it, of the others what they add.

${table(['provider, what, calls', ...titles], rows)}`;
}

function throughputLine(cells: readonly Cell[], bare: number | undefined): string {
  const rows = cells
    .filter(
      ({ providerMs, concurrency, kind }) =>
        providerMs === 50 && concurrency === 100 && kind === 'whole',
    )
    .map(({ contender, perSecond }) => [contender, perSecond.toFixed(0)]);
  if (bare !== undefined) rows.push(['a workflow of one activity', bare.toFixed(0)]);
  return table(['100 at once, provider of 50 ms', 'calls a second'], rows);
}

function streamsTable(streams: readonly Streams[]): string {
  return table(
    ['streams', 'whole', 'first token: median / 99th', 'peak MB', 'workflows'],
    streams.map((one) => [
      `${one.contender}: ${one.streams} of ${one.seconds} s, ${one.startedPerSecond} a second`,
      one.whole,
      one.whole === 0 ? 'none' : `${ms(one.firstMedianMs)} / ${ms(one.firstP99Ms)} ms`,
      one.peakMegabytes.toFixed(0),
      one.workflows ?? '',
    ]),
  );
}

function killsTable(kills: readonly Kill[]): string {
  return table(
    ['kill -9 of', ...points, 'answered', 'tokens paid / delivered', 'seconds'],
    kills.map((kill) => [
      `${kill.contender}: ${kill.killed}`,
      ...points.map((point) => kill.requests[point].join(', ')),
      `${kill.answered} of ${kill.calls}`,
      paidOverDelivered(kill),
      kill.seconds.toFixed(0),
    ]),
  );
}

function paidOverDelivered({ tokensPaid, tokensDelivered }: Kill): string {
  const ratio = tokensDelivered === 0 ? '' : ` = ${(tokensPaid / tokensDelivered).toFixed(2)}`;
  return `${tokensPaid} / ${tokensDelivered}${ratio}`;
}
