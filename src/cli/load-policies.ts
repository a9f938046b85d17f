import type { Policies } from '../policies/catalogue.ts';
import { type PolicyOverrides, resolvePolicies } from '../policies/resolve-policies.ts';
import { usageError } from './command-error.ts';
import { readJsonInput } from './read-input.ts';

/** How a command changes the catalogue. */
export interface PolicyFlags {
  /** A policies file; the configured one otherwise. */
  readonly policies?: string;
  /** `model.maximumAttempts=5`, as often as wanted. */
  readonly set?: readonly string[];
}

/**
 * The policies that rule: the catalogue, overridden by the file, overridden by `--set`.
 *
 * @param configured `HOLDFAST_POLICIES`
 * @param defaults what the command changes in the catalogue.
 * @throws InvalidPolicy, or CommandError `usage` for what cannot be read.
 */
export async function loadPolicies(
  { policies = undefined, set = [] }: PolicyFlags,
  configured: string | undefined,
  defaults: PolicyOverrides = {},
): Promise<Policies> {
  const path = policies ?? configured;
  const file = path === undefined ? {} : await readJsonInput(path, 'the policies');
  return resolvePolicies(defaults, file, ...set.map(parseSet));
}

/** `model.maximumAttempts=5` as `{ model: { maximumAttempts: 5 } }`; the value is JSON or a word. */
export function parseSet(text: string): Record<string, Record<string, unknown>> {
  const [, policy, field, value] = /^([A-Za-z]+)\.([A-Za-z]+)=(.+)$/s.exec(text) ?? [];
  if (policy === undefined || field === undefined || value === undefined) {
    throw usageError(
      `--set takes policy.field=value, for example model.maximumAttempts=5; this is ${text}`,
    );
  }
  // The shell takes quotation marks away: `payment.onFailure=park`.
  if (/^(?!(?:true|false|null)$)[A-Za-z]+$/.test(value)) return { [policy]: { [field]: value } };
  try {
    return { [policy]: { [field]: JSON.parse(value) } };
  } catch (error) {
    throw usageError(`--set ${policy}.${field} takes a number, a word or JSON; this is ${value}`, {
      cause: error,
    });
  }
}
