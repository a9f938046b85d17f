import { usageError } from './command-error.ts';

/**
 * Checks `provider:model` before a workflow is started that could only fail.
 *
 * @param providers the names that the configuration knows.
 * @throws CommandError `usage`
 */
export function checkModel(model: string, providers: readonly string[]): string {
  const [, provider, name] = /^([^:]*):(.*)$/s.exec(model) ?? [];
  if (provider === undefined || !name) {
    throw usageError(
      `the model must be written provider:model, for example openai:gpt-4o-mini; this is ${model}`,
    );
  }
  if (providers.includes(provider)) return model;
  throw usageError(
    `there is no provider ${provider} for the model ${model}; known are ${providers.join(', ')} (HOLDFAST_PROVIDERS adds others)`,
  );
}
