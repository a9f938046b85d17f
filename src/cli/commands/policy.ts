import { loadClientConfig } from '../../config.ts';
import { catalogue, type Policies, type PolicyName } from '../../policies/catalogue.ts';
import { forecastPolicy } from '../../policies/forecast.ts';
import { usageError } from '../command-error.ts';
import { loadPolicies, type PolicyFlags } from '../load-policies.ts';
import { type JsonOption, print, printJson } from '../output.ts';
import { renderPolicy } from '../render-policy.ts';

/** `holdfast policy [name]`: asks no server. */
export async function policy(
  name: string | undefined,
  options: PolicyFlags & JsonOption,
): Promise<void> {
  const policies = await loadPolicies(options, loadClientConfig().HOLDFAST_POLICIES);
  const names = chosenNames(name);
  if (options.json) {
    const described = names.map((each) => [each, describe(policies, each)]);
    return printJson(Object.fromEntries(described));
  }
  const width = process.stdout.columns ?? 80;
  print(names.map((each) => renderPolicy(each, policies[each], { width })).join('\n\n'));
}

function describe(policies: Policies, name: PolicyName) {
  return { policy: policies[name], forecast: forecastPolicy(policies[name]) };
}

function chosenNames(name: string | undefined): PolicyName[] {
  const all = Object.keys(catalogue) as PolicyName[];
  if (name === undefined) return all;
  const chosen = all.find((each) => each === name);
  if (chosen) return [chosen];
  throw usageError(`there is no policy ${name}; known are ${all.join(', ')}`);
}
