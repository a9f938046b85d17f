import { z } from 'zod';
import { catalogue, type Policies, type PolicyName, type PolicySet } from './catalogue.ts';
import { didYouMean } from './did-you-mean.ts';
import {
  modelPolicyOverride,
  modelPolicySchema,
  type RetryPolicy,
  retryPolicyOverride,
  retryPolicySchema,
} from './retry-policy.ts';

/**
 * The content of a policies file: for each policy of the catalogue, and for each of an application's
 * own, the fields that differ.
 */
export const policiesFileSchema = z
  .object({
    $schema: z.string().optional(),
    model: modelPolicyOverride.optional(),
    database: retryPolicyOverride.optional(),
    payment: retryPolicyOverride.optional(),
    ticket: retryPolicyOverride.optional(),
    message: retryPolicyOverride.optional(),
  })
  .catchall(retryPolicyOverride);

/** Overrides by policy name; the parsed policies file, or flags of one start. */
export type PolicyOverrides = {
  readonly $schema?: string | undefined;
  readonly model?: z.input<typeof modelPolicyOverride> | undefined;
} & Partial<Record<Exclude<PolicyName, 'model'>, z.input<typeof retryPolicyOverride> | undefined>>;

/** Overrides by policy name, an application's own among them; its worker knows which there are. */
export type AnyPolicyOverrides = Readonly<
  Record<string, z.input<typeof modelPolicyOverride> | undefined>
>;

/** All that is wrong with a set of policies, a sentence each naming field and value. */
export class InvalidPolicy extends Error {
  override readonly name = 'InvalidPolicy';
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(problems.join('; '));
    this.problems = problems;
  }
}

/**
 * The catalogue with overrides applied in order (policies file, then flags), validated as a whole.
 *
 * @param overrides unknown JSON: their shape is checked here.
 * @throws InvalidPolicy naming every field and value that makes no sense.
 */
export function resolvePolicies(...overrides: unknown[]): Policies {
  return changePolicies(catalogue, ...overrides);
}

/**
 * Given policies with overrides applied in order, validated as a whole.
 *
 * @param overrides unknown JSON: their shape is checked here.
 * @throws InvalidPolicy naming every field and value that makes no sense.
 */
export function changePolicies<Set extends Policies>(base: Set, ...overrides: unknown[]): Set {
  const problems: string[] = [];
  const resolved: Record<string, unknown> = Object.fromEntries(Object.entries(base));
  for (const override of overrides) {
    const parsed = policiesFileSchema.safeParse(override);
    if (!parsed.success) {
      problems.push(...describeIssues(parsed.error.issues, override));
      continue;
    }
    const { $schema: _, ...byName } = parsed.data;
    for (const [name, fields] of Object.entries(byName)) {
      if (Object.hasOwn(base, name)) {
        resolved[name] = { ...(resolved[name] as object), ...(fields as object) };
      } else {
        problems.push(describeField([name], unknown(name, Object.keys(base)), override));
      }
    }
  }
  for (const name of Object.keys(base)) {
    const schema = name === 'model' ? modelPolicySchema : retryPolicySchema;
    const result = schema.safeParse(resolved[name]);
    if (!result.success) {
      problems.push(
        ...describeIssues(
          result.error.issues.map((issue) => ({ ...issue, path: [name, ...issue.path] })),
          resolved,
        ),
      );
    }
  }
  if (problems.length > 0) throw new InvalidPolicy(problems);
  return resolved as unknown as Set;
}

/**
 * One policy with some of its fields changed.
 *
 * @throws InvalidPolicy
 */
export function changePolicy<Policy extends RetryPolicy>(
  name: string,
  policy: Policy,
  fields: unknown,
): Policy {
  const changed = changePolicies({ ...catalogue, [name]: policy }, { [name]: fields });
  return (changed as PolicySet)[name] as Policy;
}

function describeIssues(issues: readonly z.core.$ZodIssue[], input: unknown): string[] {
  return issues.flatMap((issue) => {
    const { path, message } = issue;
    if (issue.code !== 'unrecognized_keys') return describeField(path, message, input);
    return issue.keys.map((key) =>
      describeField([...path, key], unknown(key, path.length === 1 ? fieldNames : []), input),
    );
  });
}

/** Fields of a policy; a question's policy has more than others. */
const fieldNames = Object.keys(catalogue.model);

function unknown(name: string, known: readonly string[]): string {
  return `is not known${didYouMean(name, known)}`;
}

/** What stands at a place of some JSON; `undefined` where nothing does. */
export function valueAt(path: readonly PropertyKey[], input: unknown): unknown {
  return path.reduce<unknown>(
    (at, key) => (typeof at === 'object' && at !== null ? Reflect.get(at, key) : undefined),
    input,
  );
}

function describeField(path: readonly PropertyKey[], message: string, input: unknown): string {
  const value = valueAt(path, input);
  const shown = value === undefined ? '' : ` is ${JSON.stringify(value)}:`;
  const field = path.join('.') || 'the policies';
  return `${field}${shown} ${message.replace(/^./, (letter) => letter.toLowerCase())}`;
}
