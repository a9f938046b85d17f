import { checkModel } from '../../src/cli/check-model.ts';
import { CommandError } from '../../src/cli/command-error.ts';
import { InvalidConfiguration, loadClientConfig } from '../../src/config.ts';
import { UsageError } from './options.ts';

/**
 * Checks the user's own model before anything is started.
 *
 * @throws UsageError in one sentence.
 */
export function checkOwnModel(model: string): void {
  try {
    checkModel(model, loadClientConfig().providerNames());
  } catch (error) {
    if (error instanceof CommandError) throw new UsageError(error.message);
    if (error instanceof InvalidConfiguration) throw new UsageError(error.problems.join('; '));
    throw error;
  }
}
