import wrapAnsi from 'wrap-ansi';

/** U+00A0. */
export const noBreak = '\u00a0';

/**
 * Joins clauses with a comma and breaks lines between words, as wide as they may be in a terminal's
 * columns. A no-break space keeps two words together, and is shown as a space.
 */
export function wrap(clauses: readonly string[], width: number): string[] {
  const text = wrapAnsi(clauses.join(', '), width, { hard: true });
  return text === '' ? [] : text.replaceAll(noBreak, ' ').split('\n');
}
