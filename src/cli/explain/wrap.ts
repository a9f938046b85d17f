import wrapAnsi from 'wrap-ansi';

/** U+00A0. */
export const noBreak = '\u00a0';

/** Joins clauses with commas and wraps them to a terminal's columns, never at a no-break space. */
export function wrap(clauses: readonly string[], width: number): string[] {
  const text = wrapAnsi(clauses.join(', '), width, { hard: true });
  return text === '' ? [] : text.replaceAll(noBreak, ' ').split('\n');
}
