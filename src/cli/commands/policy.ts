import { loadClientConfig } from '../../config.ts';
import type { catalogue } from '../../policies/catalogue.ts';
import { forecastPolicy } from '../../policies/forecast.ts';
import {
  isInCatalogue,
  loadPolicies,
  type NamedPolicy,
  type PolicyFlags,
} from '../load-policies.ts';
import { type JsonOption, print, printJson } from '../output.ts';
import { renderPolicy } from '../render-policy.ts';

/** `holdfast policy [name]`: asks no server, but for a policy of an application's own. */
export async function policy(
  name: string | undefined,
  options: PolicyFlags & JsonOption,
): Promise<void> {
  const isOwn = name !== undefined && !isInCatalogue(name);
  // Loads Temporal's client, which takes longer than all the rest.
  const shown = isOwn
    ? [await (await import('./own-policy.ts')).ownPolicy(name, options)]
    : await fromCatalogue(name, options);
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
): Promise<NamedPolicy[]> {
  const policies = await loadPolicies(options, loadClientConfig().HOLDFAST_POLICIES);
  return name === undefined ? Object.entries(policies) : [[name, policies[name]]];
}
