import type { UnusableAnswer, ValidAnswer } from '../../wire/answer-verdict.ts';
import { describeIssues, type PlacedIssue, pathInWords } from './describe-issues.ts';
import { findValue } from './find-value.ts';
import type { Path, ReadValue } from './read-value.ts';
import { Slip } from './slips.ts';

/** What a shape says of a value that was read. */
export type Checked = { readonly value: unknown } | { readonly issues: readonly PlacedIssue[] };

/** Decides whether values have a shape. */
export interface ShapeCheck {
  /** Names of properties that the shape spells out. */
  readonly known: ReadonlySet<string>;
  /** @throws whatever a refinement throws. */
  readonly check: (value: unknown) => Checked;
  /** Where, in a value, a number must keep every digit that was written. */
  readonly exactPlaces?: (value: unknown) => (path: Path) => boolean;
}

/** A verdict, or: the answer has numbers that cannot be kept, and the shape lets nothing else stand there. */
export type Judged =
  | (ValidAnswer & {
      /** What is not as the model wrote it, a phrase each; absent when nothing is. */
      readonly mended?: readonly string[];
    })
  | UnusableAnswer
  | { readonly kind: 'not held'; readonly paths: readonly string[] };

/** A text as it was read, or why it could not be. */
export function readAnswer(text: string): ReadValue | Slip {
  try {
    return findValue(text);
  } catch (error) {
    if (error instanceof Slip) return error;
    throw error;
  }
}

/**
 * Judges what was read of a model's answer. The caller looks at the finish reason first: truncated
 * text is not for this function.
 *
 * @throws whatever the check throws: no answer could satisfy it.
 */
export function judgeAnswer(read: ReadValue | Slip, shape: ShapeCheck): Judged {
  if (read instanceof Slip) {
    return { kind: 'not JSON', slip: read.message, fingerprint: `not JSON: ${read.kind}` };
  }
  const { known, check, exactPlaces } = shape;
  const isExact = read.rounded.length > 0 ? exactPlaces?.(read.value) : undefined;
  const inexact = read.rounded.filter(({ path }) => isExact?.(path));
  const numbers = [...read.notHeld, ...inexact.map(({ path }) => path)];
  const value = inexact.reduce((whole, { path, digits }) => put(whole, path, digits), read.value);
  const checked = check(value);
  const found = 'issues' in checked ? checked.issues : [];
  const isAt = (path: Path) => (issue: PlacedIssue) =>
    issue.path.length === path.length && issue.path.every((key, index) => key === path[index]);
  // The digits stand there as a string: if that is of the wrong kind, only a number would do.
  const hopeless = numbers.filter((path) =>
    found.some((issue) => issue.isOfWrongKind && isAt(path)(issue)),
  );
  if (hopeless.length > 0) {
    return { kind: 'not held', paths: hopeless.map((path) => pathInWords(path, known)) };
  }
  const issues = [
    ...found.filter((issue) => !numbers.some((path) => isAt(path)(issue))),
    ...numbers.map((path) => ownIssue(path, 'not_held', asString)),
    ...read.repeated.map((path) => ownIssue(path, 'repeated', 'one property of this name')),
  ];
  if (issues.length > 0) return { kind: 'invalid', ...describeIssues(issues, known) };
  const mended = [
    ...read.mended,
    ...read.rounded.map(({ path }) => `${pathInWords(path, known) || 'the answer'} rounded`),
  ];
  return {
    kind: 'valid',
    value: (checked as { value: unknown }).value,
    ...(mended.length > 0 && { mended: shortened(mended) }),
  };
}

/** It goes into results and journals. */
const mostPhrases = 10;

function shortened(phrases: readonly string[]): readonly string[] {
  const left = phrases.length - mostPhrases;
  return left > 0 ? [...phrases.slice(0, mostPhrases), `and ${left} more`] : phrases;
}

const asString =
  'the number as a string in double quotes, with every digit: it cannot be kept else';

/** Puts something in its place within a value that nobody else holds. */
function put(whole: unknown, path: Path, part: unknown): unknown {
  const last = path.at(-1);
  if (last === undefined) return part;
  const parent = path
    .slice(0, -1)
    .reduce<unknown>((at, key) => Reflect.get(at as object, key), whole);
  Reflect.set(parent as object, last, part);
  return whole;
}

function ownIssue(path: Path, code: string, expected: string): PlacedIssue {
  return { path, code, expected, isOfWrongKind: false };
}
