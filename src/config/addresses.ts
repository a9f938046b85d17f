import type { ProviderEntry } from './providers.ts';
import { targetUrlProblem } from './trust.ts';

interface Address {
  readonly name: string;
  readonly url: string | undefined;
  readonly options?: Parameters<typeof targetUrlProblem>[1];
  /** How plain http could be allowed, where it can. */
  readonly allowedBy?: string;
}

/** What is wrong with the addresses of targets and model providers, a sentence each. */
export function addressProblems(
  present: NodeJS.ProcessEnv,
  file: readonly ProviderEntry[],
): string[] {
  const variable = (name: string, how: Omit<Address, 'name' | 'url'> = {}): Address => {
    return { name, url: present[name], ...how };
  };
  const addresses: readonly Address[] = [
    ...['STRIPE_BASE_URL', 'GITHUB_BASE_URL', 'RESEND_BASE_URL'].map((name) => variable(name)),
    // A query is allowed: it is often the webhook's only secret.
    variable('HOLDFAST_WEBHOOK_URL', { options: { allowQuery: true } }),
    ...['OPENAI_BASE_URL', 'ANTHROPIC_BASE_URL', 'GOOGLE_BASE_URL'].map((name) =>
      variable(name, { allowedBy: 'make it an entry of HOLDFAST_PROVIDERS with' }),
    ),
    ...file.flatMap(({ name, apiKeyVariable, allowPlainHttp, ...entry }) =>
      (['baseUrl', 'openaiBaseUrl'] as const).map((field) => ({
        name: `HOLDFAST_PROVIDERS (${present.HOLDFAST_PROVIDERS}): ${name}: ${field}`,
        url: entry[field],
        // A model on a machine nearby often takes no key, and the file itself holds no secret.
        options: { allowPlain: allowPlainHttp ?? apiKeyVariable === undefined },
        allowedBy: 'set',
      })),
    ),
  ];
  return addresses.flatMap(({ name, url, options, allowedBy }) => {
    const problem = url === undefined ? undefined : targetUrlProblem(url, options);
    if (problem === undefined) return [];
    const isPlain = allowedBy !== undefined && problem.startsWith('must be https');
    const cure = `; where the network in between is trusted, ${allowedBy} "allowPlainHttp": true`;
    return [`${name}: ${problem}${isPlain ? cure : ''}`];
  });
}
