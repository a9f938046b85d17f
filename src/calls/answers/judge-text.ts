import type { AnswerShape } from './answer-shape.ts';
import { compileSchema, UnusableSchema } from './compile-schema.ts';
import { type Judged, judgeAnswer, readAnswer, type ShapeCheck } from './judge-answer.ts';
import { zodCheck } from './zod-check.ts';

/** What became of a text: what was judged, or why the shape cannot judge. */
export type Outcome = Judged | Unusable;

/** The shape cannot be checked. */
export interface Unusable {
  readonly kind: 'unusable';
  readonly why: string;
}

/**
 * Reads a model's text and says whether it has the shape.
 *
 * @param tell what it is at.
 */
export function judgeText(
  text: string,
  shape: AnswerShape,
  tell: (phase: 'reading' | 'checking') => void = () => {},
): Outcome {
  tell('reading');
  const read = readAnswer(text);
  tell('checking');
  return unlessUnusable(() => judgeAnswer(read, checkFor(shape)));
}

/** Why a shape cannot be checked; `undefined` when it can. */
export function problemOf(shape: AnswerShape): Unusable | undefined {
  return unlessUnusable(() => void checkFor(shape));
}

function unlessUnusable<T>(work: () => T): T | Unusable {
  try {
    return work();
  } catch (error) {
    if (error instanceof UnusableSchema) return { kind: 'unusable', why: error.message };
    throw error;
  }
}

/** Compiling takes longer than checking; more schemas than these are rarely asked for at once. */
const maximumChecks = 100;
const checks = new Map<unknown, ShapeCheck>();

function checkFor({ schema, answer }: AnswerShape): ShapeCheck {
  const key = answer ?? JSON.stringify(schema);
  const check = checks.get(key) ?? (answer ? zodCheck(answer) : compileSchema(schema));
  // The last in use is the last in the map.
  checks.delete(key);
  checks.set(key, check);
  const [oldest] = checks.keys();
  if (checks.size > maximumChecks) checks.delete(oldest);
  return check;
}
