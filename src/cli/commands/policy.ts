import { ClientError } from '../../client/client-error.ts';
import { listPolicies } from '../../client/policies.ts';
import { loadClientConfig } from '../../config.ts';
import type { catalogue } from '../../policies/catalogue.ts';
import { forecastPolicy } from '../../policies/forecast.ts';
import type { ModelPolicy, RetryPolicy } from '../../policies/retry-policy.ts';
import { CommandError, usageError } from '../command-error.ts';
import {
  isInCatalogue,
  knownPolicies,
  loadOverrides,
  loadPolicies,
  type PolicyFlags,
} from '../load-policies.ts';
import { type JsonOption, print, printJson } from '../output.ts';
import { renderPolicy } from '../render-policy.ts';
import { withClient } from '../with-client.ts';

type Named = readonly [name: string, policy: RetryPolicy | ModelPolicy];

/** `holdfast policy [name]`: asks no server, but for a policy of an application's own. */
export async function policy(
  name: string | undefined,
  options: PolicyFlags & JsonOption,
): Promise<void> {
  const isOwn = name !== undefined && !isInCatalogue(name);
  const shown = isOwn ? [await ownPolicy(name, options)] : await fromCatalogue(name, options);
  if (options.json) {
    const described = shown.map(([each, fields]) => [
      each,
      { policy: fields, forecast: forecastPolicy(fields) },
    ]);
    return printJson(Object.fromEntries(described));
  }
  const width = process.stdout.columns ?? 80;
  print(shown.map(([each, fields]) => renderPolicy(each, fields, { width })).join('\n\n'));
}

async function fromCatalogue(
  name: keyof typeof catalogue | undefined,
  options: PolicyFlags & JsonOption,
): Promise<Named[]> {
  const policies = await loadPolicies(options, loadClientConfig().HOLDFAST_POLICIES);
  return name === undefined ? Object.entries(policies) : [[name, policies[name]]];
}

/** Only a worker knows the policies of its application. */
async function ownPolicy(name: string, options: PolicyFlags): Promise<Named> {
  const overrides = await loadOverrides(options, loadClientConfig().HOLDFAST_POLICIES);
  try {
    const policies = await withClient(({ client, place }) =>
      listPolicies(client, overrides, place),
    );
    const found = Object.hasOwn(policies, name) ? policies[name] : undefined;
    if (found) return [name, found];
    throw usageError(
      `there is no policy ${name}; known are ${Object.keys(policies).sort().join(', ')}`,
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
