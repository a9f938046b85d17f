import type { PolicyOverrides } from '../../src/client.ts';
import type { Storm } from './storm.ts';

/** A way to make the calls. */
export interface Contender {
  readonly id: string;
  readonly title: string;
  /** The process that starts the calls and counts them, relative to `bench/`. */
  readonly program: string;
  /** Needs a Temporal server of its own. */
  readonly temporal?: boolean;
  /** Worker processes besides it. */
  readonly workers?: number;
  /** So often one of them is killed, each in its turn, and started again: it then knows nothing. */
  readonly killEveryMs?: number;
  /** What differs from Holdfast's catalogue, for a storm that is scaled down: nothing in any that is kept. */
  readonly policies?: PolicyOverrides;
  /** What differs from the storm of all: a small one, for which a gate has little to learn from. */
  readonly storm?: Partial<Storm>;
}

const aiSdk = { program: 'peers/ai-sdk.ts' };
const plugin = { program: 'peers/plugin.ts', temporal: true };
const holdfast = { program: 'storm/holdfast-client.ts', temporal: true };
const alone = { calls: 1, downMs: 90_000 };
const ten = { calls: 10, downMs: 180_000 };
const minuteMs = 60_000;

export const contenders: readonly Contender[] = [
  {
    id: 'three-layers',
    title: 'Three layers of retries',
    program: 'peers/three-layers.ts',
  },
  { id: 'ai-sdk', title: 'AI SDK, its own retries', ...aiSdk },
  { id: 'plugin', title: '@temporalio/ai-sdk', ...plugin },
  { id: 'holdfast-1', title: 'Holdfast, 1 worker', ...holdfast, workers: 1 },
  { id: 'holdfast-4', title: 'Holdfast, 4 workers', ...holdfast, workers: 4 },
  { id: 'alone-ai-sdk', title: '*One call alone:* AI SDK', ...aiSdk, storm: alone },
  { id: 'alone-plugin', title: '*One call alone:* @temporalio/ai-sdk', ...plugin, storm: alone },
  {
    id: 'alone-holdfast',
    title: '*One call alone:* Holdfast',
    ...holdfast,
    workers: 1,
    storm: alone,
  },
  {
    id: 'alone-holdfast-4',
    title: '*One call alone:* Holdfast, 4 workers',
    ...holdfast,
    workers: 4,
    storm: alone,
  },
  {
    id: 'minute-holdfast',
    title: '*One call, one minute:* Holdfast',
    ...holdfast,
    workers: 1,
    storm: { calls: 1, downMs: minuteMs },
  },
  {
    id: 'hour-holdfast',
    title: '*One call, one hour:* Holdfast',
    ...holdfast,
    workers: 1,
    storm: { calls: 1, downMs: 60 * minuteMs },
  },
  { id: 'ten-ai-sdk', title: '*Ten calls:* AI SDK', ...aiSdk, storm: ten },
  { id: 'ten-plugin', title: '*Ten calls:* @temporalio/ai-sdk', ...plugin, storm: ten },
  {
    id: 'ten-holdfast',
    title: '*Ten calls:* Holdfast, 4 workers',
    ...holdfast,
    workers: 4,
    storm: ten,
  },
  {
    id: 'killed-holdfast',
    title: '*Ten calls, ten minutes, a worker killed each minute:* Holdfast, 1 worker',
    ...holdfast,
    workers: 1,
    killEveryMs: minuteMs,
    storm: { calls: 10, downMs: 10 * minuteMs },
  },
];
