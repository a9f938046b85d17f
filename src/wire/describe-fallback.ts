import type { FailedModel } from './model-call.ts';

/** "openai:gpt-4o-mini Overloaded after 2 attempts" */
export function describeFailedModel({ model, type, attempts }: FailedModel): string {
  if (attempts === 0) return `${model} ${type} before any attempt`;
  return `${model} ${type} after ${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}`;
}
