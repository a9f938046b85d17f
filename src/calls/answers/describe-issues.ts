import type { Path } from './read-value.ts';

/** One violation where it is, as a validator found it. */
export interface PlacedIssue {
  readonly path: Path;
  /** The validator's own name for the rule. */
  readonly code: string;
  /** What is wanted there, in words without anything of the answer. */
  readonly expected: string;
  /** The value is of another kind: a string where a number must be, or no branch of a union. */
  readonly isOfWrongKind: boolean;
}

/**
 * Describes issues without values. Names of properties are shown only where the schema knows them: a
 * name that the model made up is content, and becomes `*` as array indices do.
 */
export function describeIssues(placed: readonly PlacedIssue[], known: ReadonlySet<string>) {
  const triples = placed.map(({ path, code, expected }) => {
    const rule = path.map((key) => (typeof key === 'string' && known.has(key) ? key : '*'));
    return `${rule.join('.') || '(answer)'} ${code} (${expected})`;
  });
  return {
    issues: placed.map(({ path, expected }) => ({ path: pathInWords(path, known), expected })),
    /**
     * Says whether it is the same failure again: a sorted set of (path with array indices as `*`, issue
     * code, what was expected), as text.
     */
    fingerprint: [...new Set(triples)].sort().join('; '),
  };
}

/** `items.0.price`, without names that the model made up. */
export function pathInWords(path: Path, known: ReadonlySet<string>): string {
  const shown = path.map((key) => (typeof key === 'number' || known.has(key) ? String(key) : '*'));
  return shown.join('.');
}

/** Every property name that a JSON Schema spells out. */
export function propertyNames(schema: unknown): ReadonlySet<string> {
  const names = new Set<string>();
  const visit = (part: unknown): void => {
    if (typeof part !== 'object' || part === null) return;
    for (const [keyword, value] of Object.entries(part)) {
      if (keyword === 'enum' || keyword === 'const' || keyword === 'default') continue;
      if (keyword === 'properties' && typeof value === 'object' && value !== null) {
        for (const name of Object.keys(value)) names.add(name);
      }
      if (keyword === 'required' && Array.isArray(value)) {
        for (const name of value) names.add(String(name));
      }
      visit(value);
    }
  };
  visit(schema);
  return names;
}
