import type { HealthAnswer } from '../../client/through-worker.ts';
import { formatDuration } from '../format.ts';
import { type Check, ok, wrong } from './check.ts';

/** A clock that is off by less disturbs nothing. */
const tolerableMs = 2000;

/** Whether all clocks lay between the asking and the answer, by the clock of this machine. */
export function checkClocks({ askedAtMs, answeredAtMs, health }: HealthAnswer): Check {
  const read = [
    ['the server', health.serverNowMs],
    ['the worker', health.nowMs],
    ['the database', health.databaseNowMs],
  ] as const;
  const off = read.flatMap(([whose, atMs]) => {
    const byMs = atMs < askedAtMs ? atMs - askedAtMs : Math.max(0, atMs - answeredAtMs);
    if (Math.abs(byMs) < tolerableMs) return [];
    return [
      `that of ${whose} is ${formatDuration(Math.abs(byMs))} ${byMs < 0 ? 'behind' : 'ahead'}`,
    ];
  });
  if (off.length === 0) return ok('clocks', 'server, worker and database agree with this machine');
  return wrong(
    'clocks',
    `compared with this machine's clock, ${off.join(', ')}; let NTP set them all`,
  );
}
