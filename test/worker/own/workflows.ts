import { proxyActivities } from '@temporalio/workflow';
import type * as own from './activities.ts';

export * from '../../../src/durable/library-workflows.ts';
export * from '../../app/triage/workflows.ts';

/** What the user had before Holdfast. */
export async function greet(name: string): Promise<string> {
  const { hello } = proxyActivities<typeof own>({ startToCloseTimeout: '10s' });
  return hello(name);
}
