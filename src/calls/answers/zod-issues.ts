import type { z } from 'zod';
import type { PlacedIssue } from './describe-issues.ts';
import type { Path } from './read-value.ts';

/**
 * zod's issues in words. Issues inside a union's branches count too: they say what would make a
 * branch valid.
 *
 * @param known names of properties that the schema spells out: every other name is content.
 * @param answer the parsed answer, whose values must not show up in a refinement's own message.
 */
export function zodIssues(
  issues: readonly z.core.$ZodIssue[],
  known: ReadonlySet<string>,
  answer: unknown,
): PlacedIssue[] {
  let content: ReadonlySet<string> | undefined;
  const contentOf = () => {
    content ??= collectContent(answer, known);
    return content;
  };
  const placed = [...flatten(issues, [])].map(({ issue, path }) => ({
    path,
    code: issue.code,
    expected: expectation(issue, contentOf),
    isOfWrongKind: ['invalid_type', 'invalid_union', 'invalid_value'].includes(issue.code),
  }));
  return withoutEchoes(placed);
}

function* flatten(
  issues: readonly z.core.$ZodIssue[],
  base: Path,
): Generator<{ readonly issue: z.core.$ZodIssue; readonly path: Path }> {
  for (const issue of issues) {
    const keys = issue.path.map((key) => (typeof key === 'number' ? key : String(key)));
    const path = [...base, ...keys];
    yield { issue, path };
    if (issue.code === 'invalid_union')
      for (const branch of issue.errors) yield* flatten(branch, path);
  }
}

/** Leaves out issues of length where the type is wrong: zod reports both. */
function withoutEchoes(placed: readonly PlacedIssue[]): PlacedIssue[] {
  const ofWrongType = new Set(
    placed.filter(({ code }) => code === 'invalid_type').map(({ path }) => path.join('.')),
  );
  return placed.filter(({ code, path }) => !/^too_/.test(code) || !ofWrongType.has(path.join('.')));
}

function expectation(issue: z.core.$ZodIssue, content: () => ReadonlySet<string>): string {
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
      return oneOf(issue.values);
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
      return ruleInWords(issue.message, content);
  }
}

/** `one of "eur", "usd"` */
export function oneOf(values: readonly unknown[]): string {
  const shown = values.slice(0, 100).map((value) =>
    // JSON has no bigint, and zod may list one.
    typeof value === 'bigint' ? String(value) : JSON.stringify(value),
  );
  return `one of ${shown.join(', ')}`;
}

/** A refinement's own message, unless a value of the answer is in it. */
function ruleInWords(message: string, content: () => ReadonlySet<string>): string {
  const holdsValue = () => [...content()].some((value) => hasWord(message, value));
  return message.length > 200 || holdsValue() ? "to keep the schema's own rule" : message;
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
function collectContent(answer: unknown, known: ReadonlySet<string>): ReadonlySet<string> {
  const content = new Set<string>();
  const visit = (value: unknown): void => {
    if (typeof value === 'string' || typeof value === 'number') {
      if (value !== '') content.add(String(value));
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, inner] of Object.entries(value)) {
        if (!Array.isArray(value) && !known.has(key) && key !== '') content.add(key);
        visit(inner);
      }
    }
  };
  visit(answer);
  return content;
}
