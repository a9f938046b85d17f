import { catalogue, type Policies } from '../policies/catalogue.ts';
import { didYouMean } from '../policies/did-you-mean.ts';
import {
  type AnyPolicyOverrides,
  type PolicyOverrides,
  resolvePolicies,
} from '../policies/resolve-policies.ts';
import type { ModelPolicy, RetryPolicy } from '../policies/retry-policy.ts';
import { usageError } from './command-error.ts';
import { type JsonOption, notice } from './output.ts';
import { readJsonInput } from './read-input.ts';

/** A policy with its name. */
export type NamedPolicy = readonly [name: string, policy: RetryPolicy | ModelPolicy];

/** How a command changes the policies. */
export interface PolicyFlags {
  /** A policies file; the configured one otherwise. */
  readonly policies?: string;
  /** `model.maximumAttempts=5`, as often as wanted. */
  readonly set?: readonly string[];
}

type Overrides = Readonly<Record<string, unknown>>;

/** The names of the catalogue, for messages. */
export const knownPolicies = Object.keys(catalogue).join(', ');

/** Whether a policy is one of the catalogue; an application's own are known to its worker only. */
export function isInCatalogue(name: string): name is keyof Policies {
  return Object.hasOwn(catalogue, name);
}

/**
 * The policies of the catalogue that rule: overridden by the file, overridden by `--set`. What the
 * file says of an application's own is passed over, with a notice.
 *
 * @param configured `HOLDFAST_POLICIES`
 * @param defaults what the command changes in the catalogue.
 * @throws InvalidPolicy, or CommandError `usage` for what cannot be read.
 */
export async function loadPolicies(
  flags: PolicyFlags & JsonOption,
  configured: string | undefined,
  defaults: PolicyOverrides = {},
): Promise<Policies> {
  const set = mergeSets(flags.set);
  const unknown = Object.keys(set).find((name) => !isInCatalogue(name));
  if (unknown !== undefined) {
    throw usageError(
      `there is no policy ${unknown}; known are ${knownPolicies}${didYouMean(unknown, Object.keys(catalogue))}`,
    );
  }
  const file = await readPoliciesFile(flags, configured);
  const own = Object.keys(file).filter((name) => !isInCatalogue(name) && name !== '$schema');
  if (own.length > 0) {
    notice(`Not of the catalogue, and passed over here: ${own.join(', ')}.`, flags);
  }
  const ours = Object.entries(file).filter(([name]) => !own.includes(name));
  return resolvePolicies(defaults, Object.fromEntries(ours), set);
}

/**
 * Overrides as they are sent to a worker, which checks them: the file's, changed by `--set`.
 *
 * @param configured `HOLDFAST_POLICIES`
 * @returns `undefined` where there are none.
 * @throws CommandError `usage` for what cannot be read.
 */
export async function loadOverrides(
  flags: PolicyFlags,
  configured: string | undefined,
): Promise<AnyPolicyOverrides | undefined> {
  const set = mergeSets(flags.set);
  const { $schema: _, ...file } = await readPoliciesFile(flags, configured);
  const changed = Object.entries(set).map(([name, fields]) => [
    name,
    { ...Object(file[name]), ...fields },
  ]);
  const merged = { ...file, ...Object.fromEntries(changed) };
  return Object.keys(merged).length === 0 ? undefined : (merged as AnyPolicyOverrides);
}

/** `model.maximumAttempts=5` as `{ model: { maximumAttempts: 5 } }`; the value is JSON or a word. */
export function parseSet(text: string): Record<string, Record<string, unknown>> {
  const [, policy, field, value] = /^([A-Za-z0-9_-]+)\.([A-Za-z]+)=(.+)$/s.exec(text) ?? [];
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

/** All `--set` of a command as one; of two for the same field the later one counts. */
export function mergeSets(set: readonly string[] = []): Record<string, Record<string, unknown>> {
  const merged: Record<string, Record<string, unknown>> = {};
  for (const [policy, fields] of set.flatMap((each) => Object.entries(parseSet(each)))) {
    merged[policy] = { ...merged[policy], ...fields };
  }
  return merged;
}

async function readPoliciesFile(
  { policies }: PolicyFlags,
  configured: string | undefined,
): Promise<Overrides> {
  const path = policies ?? configured;
  const file = path === undefined ? {} : await readJsonInput(path, 'the policies');
  if (typeof file === 'object' && file !== null && !Array.isArray(file)) return file as Overrides;
  throw usageError(`the policies in ${path} are not an object with policies by name`);
}
