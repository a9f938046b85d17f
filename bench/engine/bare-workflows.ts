import { proxyActivities } from '@temporalio/workflow';
import type { BareActivities } from './bare-worker.ts';

/** What there is without Holdfast: one activity, its type of error retried by Temporal's default. */
export async function bare(baseUrl: string, prompt: string): Promise<string> {
  const { generate } = proxyActivities<BareActivities>({ startToCloseTimeout: '2m' });
  return generate(baseUrl, prompt);
}
