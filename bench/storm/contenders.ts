/** A way to make 2,000 calls. */
export interface Contender {
  readonly id: string;
  readonly title: string;
  /** The process that starts the calls and counts them, relative to `bench/`. */
  readonly program: string;
  /** Needs a Temporal server of its own. */
  readonly temporal?: boolean;
  /** Worker processes besides it. */
  readonly workers?: number;
}

export const contenders: readonly Contender[] = [
  {
    id: 'three-layers',
    title: 'Three layers of retries',
    program: 'peers/three-layers.ts',
  },
  { id: 'ai-sdk', title: 'AI SDK, its own retries', program: 'peers/ai-sdk.ts' },
  {
    id: 'plugin',
    title: '@temporalio/ai-sdk',
    program: 'peers/plugin.ts',
    temporal: true,
  },
  {
    id: 'holdfast-1',
    title: 'Holdfast, 1 worker',
    program: 'storm/holdfast-client.ts',
    temporal: true,
    workers: 1,
  },
  {
    id: 'holdfast-4',
    title: 'Holdfast, 4 workers',
    program: 'storm/holdfast-client.ts',
    temporal: true,
    workers: 4,
  },
];
