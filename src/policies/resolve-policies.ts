import { z } from 'zod';
import { catalogue, type Policies, type PolicyName } from './catalogue.ts';
import {
  modelPolicyOverride,
  modelPolicySchema,
  retryPolicyOverride,
  retryPolicySchema,
} from './retry-policy.ts';

/** The content of a policies file: for each policy of the catalogue, the fields that differ. */
export const policiesFileSchema = z.lazy(() =>
  z.strictObject({
    $schema: z.string().optional(),
    model: modelPolicyOverride.optional(),
    database: retryPolicyOverride.optional(),
    payment: retryPolicyOverride.optional(),
    ticket: retryPolicyOverride.optional(),
    message: retryPolicyOverride.optional(),
  }),
);

/** Overrides by policy name; the parsed policies file, or flags of one start. */
export type PolicyOverrides = z.input<typeof policiesFileSchema>;

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

function changePolicies(base: Policies, ...overrides: unknown[]): Policies {
  const problems: string[] = [];
  const resolved: Record<string, unknown> = { ...base };
  for (const override of overrides) {
    const parsed = policiesFileSchema.safeParse(override);
    if (!parsed.success) {
      problems.push(...describeIssues(parsed.error.issues, override));
      continue;
    }
    const { $schema: _, ...byName } = parsed.data;
    for (const [name, fields] of Object.entries(byName)) {
      resolved[name] = { ...(resolved[name] as object), ...fields };
    }
  }
  for (const name of Object.keys(catalogue) as PolicyName[]) {
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
  return resolved as unknown as Policies;
}

/**
 * One policy with some of its fields changed.
 *
 * @throws InvalidPolicy
 */
export function changePolicy<Policy extends Policies[PolicyName]>(
  name: PolicyName,
  policy: Policy,
  fields: unknown,
): Policy {
  const changed = changePolicies({ ...catalogue, [name]: policy }, { [name]: fields });
  return changed[name] as Policy;
}

function describeIssues(issues: readonly z.core.$ZodIssue[], input: unknown): string[] {
  return issues.flatMap((issue) => {
    const { path, message } = issue;
    if (issue.code !== 'unrecognized_keys') return describeField(path, message, input);
    return issue.keys.map((key) => describeField([...path, key], 'is not known', input));
  });
}

function describeField(path: readonly PropertyKey[], message: string, input: unknown): string {
  const value = path.reduce<unknown>(
    (at, key) => (typeof at === 'object' && at !== null ? Reflect.get(at, key) : undefined),
    input,
  );
  const shown = value === undefined ? '' : ` is ${JSON.stringify(value)}:`;
  const field = path.join('.') || 'the policies';
  return `${field}${shown} ${message.replace(/^./, (letter) => letter.toLowerCase())}`;
}
