import { z } from 'zod';
import type { AnswerValidator } from './answer-validator.ts';

/** One violation, in words that hold nothing of the answer: they go into logs and failures. */
export interface AnswerIssue {
  /** For example `items.0.unitPrice`; empty for the answer as a whole. */
  readonly path: string;
  /** What the schema wants there. */
  readonly expected: string;
}

/** The violations of one answer, and the fingerprint that says whether it is the same failure again. */
export interface DescribedIssues {
  readonly issues: readonly AnswerIssue[];
  /** Sorted set of (path with array indices as `*`, issue code, what was expected), as text. */
  readonly fingerprint: string;
}

/**
 * Describes zod's issues without values. Names of properties are shown only where the schema knows
 * them: a name that the model made up is content, and becomes `*` as array indices do.
 *
 * @param answer the parsed answer, whose values must not show up in a refinement's own message.
 */
export function describeIssues(
  issues: readonly z.core.$ZodIssue[],
  validator: AnswerValidator<unknown>,
  answer: unknown,
): DescribedIssues {
  const known = propertyNames(validator);
  const values = new Set<string>();
  collectContent(answer, known, values);
  const described = withoutEchoes([...flatten(issues, [])]).map(({ issue, path }) => ({
    path: path.map((key) =>
      typeof key === 'number' || known.has(String(key)) ? String(key) : '*',
    ),
    rule: path.map((key) => (typeof key !== 'number' && known.has(String(key)) ? key : '*')),
    code: issue.code,
    expected: expectation(issue, values),
  }));
  const triples = described.map(
    ({ rule, code, expected }) => `${rule.join('.') || '(answer)'} ${code} (${expected})`,
  );
  return {
    issues: described.map(({ path, expected }) => ({ path: path.join('.'), expected })),
    fingerprint: [...new Set(triples)].sort().join('; '),
  };
}

interface PlacedIssue {
  readonly issue: z.core.$ZodIssue;
  readonly path: readonly PropertyKey[];
}

/** Leaves out issues of length where the type is wrong: zod reports both. */
function withoutEchoes(placed: readonly PlacedIssue[]): PlacedIssue[] {
  const ofWrongType = new Set(
    placed.filter(({ issue }) => issue.code === 'invalid_type').map(({ path }) => path.join('.')),
  );
  return placed.filter(
    ({ issue, path }) => !/^too_/.test(issue.code) || !ofWrongType.has(path.join('.')),
  );
}

/** Issues inside a union's branches count too: they say what would make a branch valid. */
function* flatten(
  issues: readonly z.core.$ZodIssue[],
  base: readonly PropertyKey[],
): Generator<PlacedIssue> {
  for (const issue of issues) {
    const path = [...base, ...issue.path];
    yield { issue, path };
    if (issue.code === 'invalid_union')
      for (const branch of issue.errors) yield* flatten(branch, path);
  }
}

function expectation(issue: z.core.$ZodIssue, values: ReadonlySet<string>): string {
  switch (issue.code) {
    case 'invalid_type':
      return (issue.expected as string) === 'nonoptional' ? 'a value' : issue.expected;
    case 'too_small':
      return `${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}${unit(issue.origin)}`;
    case 'too_big':
      return `${issue.inclusive === false ? 'less than' : 'at most'} ${issue.maximum}${unit(issue.origin)}`;
    case 'not_multiple_of':
      return `a multiple of ${issue.divisor}`;
    case 'invalid_format':
      return issue.pattern && issue.format === 'regex'
        ? `text matching ${issue.pattern}`
        : `text in the format ${issue.format}`;
    case 'invalid_value':
      return `one of ${issue.values
        .slice(0, 100)
        .map((value) => JSON.stringify(value))
        .join(', ')}`;
    case 'unrecognized_keys':
      return 'no properties besides those of the schema';
    case 'invalid_union':
      return issue.errors.length === 0
        ? 'exactly one of the alternatives'
        : 'one of the alternatives';
    case 'invalid_key':
    case 'invalid_element':
      return 'keys and values as the schema says';
    case 'custom':
      return ruleInWords(issue.message, values);
  }
}

/** A refinement's own message, unless a value of the answer is in it. */
function ruleInWords(message: string, values: ReadonlySet<string>): string {
  const holdsValue = [...values].some((value) => hasWord(message, value));
  return holdsValue || message.length > 200 ? "to keep the schema's own rule" : message;
}

function hasWord(text: string, word: string): boolean {
  const isLetter = (character: string | undefined) => /[\p{L}\p{N}]/u.test(character ?? '');
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    if (!isLetter(text[at - 1]) && !isLetter(text[at + word.length])) return true;
  }
  return false;
}

const units: Readonly<Record<string, string>> = {
  string: ' characters',
  array: ' elements',
  set: ' elements',
  object: ' properties',
};

function unit(origin: string): string {
  return units[origin] ?? '';
}

/** All that the model wrote: strings, numbers, and names that are not the schema's. */
function collectContent(value: unknown, known: ReadonlySet<string>, into: Set<string>): void {
  if (typeof value === 'string' || typeof value === 'number') {
    if (value !== '') into.add(String(value));
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) {
      if (!Array.isArray(value) && !known.has(key) && key !== '') into.add(key);
      collectContent(inner, known, into);
    }
  }
}

/** Every property name that the schema itself spells out. */
function propertyNames(validator: AnswerValidator<unknown>): ReadonlySet<string> {
  const names = new Set<string>();
  const visit = (schema: unknown): void => {
    if (typeof schema !== 'object' || schema === null) return;
    for (const [keyword, value] of Object.entries(schema)) {
      if (keyword === 'enum' || keyword === 'const' || keyword === 'default') continue;
      if (keyword === 'properties' && typeof value === 'object' && value !== null) {
        for (const name of Object.keys(value)) names.add(name);
      }
      visit(value);
    }
  };
  visit(z.toJSONSchema(validator, { io: 'input', unrepresentable: 'any' }));
  return names;
}
