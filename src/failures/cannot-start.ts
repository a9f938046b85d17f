/** Why a worker, the gateway or a command does not start: one sentence that names the variable and says what to do. */
export class CannotStart extends Error {
  override readonly name = 'CannotStart';
  constructor(variable: string, sentence: string, options?: ErrorOptions) {
    super(`${variable}: ${sentence}`, options);
  }
}

/** What an error's words mean: the variable to look at, and the sentence to say. */
export type ProblemRow = readonly [words: RegExp, variable: string, sentence: string];

/**
 * The error for the first row that fits some words. A table ends with a row that fits all words.
 *
 * @throws TypeError when no row fits.
 */
export function cannotStart(
  words: string,
  rows: readonly ProblemRow[],
  cause: unknown,
): CannotStart {
  const row = rows.find(([pattern]) => pattern.test(words));
  if (!row) throw new TypeError(`no row fits: ${words}`);
  return new CannotStart(row[1], row[2], { cause });
}

/** An error's message; what is thrown need not be an error. */
export function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
