import { ClientError } from '../../client/client-error.ts';
import { listPolicies } from '../../client/through-worker.ts';
import { loadClientConfig } from '../../config.ts';
import { didYouMean } from '../../policies/did-you-mean.ts';
import { CommandError, usageError } from '../command-error.ts';
import {
  knownPolicies,
  loadOverrides,
  type NamedPolicy,
  type PolicyFlags,
} from '../load-policies.ts';
import { withClient } from '../with-client.ts';

/** Only a worker knows the policies of its application. */
export async function ownPolicy(name: string, options: PolicyFlags): Promise<NamedPolicy> {
  const overrides = await loadOverrides(options, loadClientConfig().HOLDFAST_POLICIES);
  try {
    const policies = await withClient(({ client, place }) =>
      listPolicies(client, overrides, place),
    );
    const found = Object.hasOwn(policies, name) ? policies[name] : undefined;
    if (found) return [name, found];
    const known = Object.keys(policies).sort();
    throw usageError(
      `there is no policy ${name}; known are ${known.join(', ')}${didYouMean(name, known)}`,
    );
  } catch (error) {
    if (!(error instanceof ClientError) || error.kind !== 'unreachable') throw error;
    throw new CommandError(
      'unreachable',
      `${name} is no policy of the catalogue (${knownPolicies}), and an application's own are asked of its worker: ${error.message}`,
      { cause: error },
    );
  }
}
