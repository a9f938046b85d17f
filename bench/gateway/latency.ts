import { call, keptConnections, percentile, type Target, type Timed } from './load.ts';

/** What was measured of one contender, provider, number of calls at once, and kind of call. */
export interface Cell {
  readonly contender: string;
  readonly providerMs: number;
  readonly concurrency: number;
  readonly kind: 'whole' | 'first token';
  readonly calls: number;
  readonly failed: number;
  readonly medianMs: number;
  readonly p99Ms: number;
  readonly perSecond: number;
}

export const concurrencies = [1, 16, 100] as const;
export const providersMs = [50, 5000] as const;

/** Makes calls, so many at once, for so long; each that has begun is waited for. */
async function loaded(target: Target, isStream: boolean, concurrency: number, forMs: number) {
  const agent = keptConnections();
  const timed: Timed[] = [];
  let failed = 0;
  let firstFailure: string | undefined;
  const startedMs = performance.now();
  const isOver = () => performance.now() - startedMs >= forMs;
  const caller = async () => {
    do {
      await call(target, { isStream, agent }).then(
        (one) => timed.push(one),
        (error: Error) => {
          firstFailure ??= error.message;
          failed += 1;
        },
      );
    } while (!isOver());
  };
  await Promise.all(Array.from({ length: concurrency }, caller));
  const seconds = (performance.now() - startedMs) / 1000;
  agent.destroy();
  return { timed, failed, seconds, firstFailure };
}

/** How long a cell is measured: a slow provider's few rounds take as long as they take. */
const forMs = { 50: 4000, 5000: 5500 } as const;

/** All cells of one contender. */
export async function latencyOf(
  contender: string,
  targetOf: (route: string) => Target,
  onNoStream: (why: string) => void = () => {},
): Promise<Cell[]> {
  const cells: Cell[] = [];
  const tried = await loaded(targetOf('after-50'), true, 1, 0);
  const canStream = tried.failed === 0;
  if (!canStream) onNoStream(tried.firstFailure ?? 'it fails');
  for (const providerMs of providersMs) {
    const target = targetOf(`after-${providerMs}`);
    if (providerMs === 50) await loaded(target, false, 16, 1000);
    for (const concurrency of concurrencies) {
      // A slow provider's streams tell both times; a fast one's whole answers are measured apart.
      const isSlow = providerMs === 5000 && canStream;
      for (const kind of ['whole', 'first token'] as const) {
        if (kind === 'first token' && !canStream) continue;
        if (isSlow && kind === 'first token') continue;
        const isStream = isSlow || kind === 'first token';
        const { timed, failed, seconds } = await loaded(
          ...([target, isStream, concurrency, forMs[providerMs]] as const),
        );
        const add = (of: Cell['kind'], times: readonly number[]) => {
          cells.push({
            ...{ contender, providerMs, concurrency, kind: of, calls: timed.length, failed },
            medianMs: percentile(times, 0.5),
            p99Ms: percentile(times, 0.99),
            perSecond: timed.length / seconds,
          });
        };
        if (!isStream || isSlow)
          add(
            'whole',
            timed.map(({ wholeMs }) => wholeMs),
          );
        if (isStream)
          add(
            'first token',
            timed.map(({ firstMs }) => firstMs),
          );
      }
    }
  }
  return cells;
}
