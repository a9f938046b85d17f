import wrapAnsi from 'wrap-ansi';

/** U+00A0. */
export const noBreak = '\u00a0';

/** Text is never squeezed below this, however narrow the terminal. */
const leastColumns = 30;

/** Text behind a head of so many columns: what does not fit goes on below itself. */
export function hanging(text: string, indent: number, width: number): string {
  const wrapped = wrapAnsi(text, Math.max(leastColumns, width - indent), { hard: true });
  return wrapped.replaceAll('\n', `\n${' '.repeat(indent)}`);
}

/** Joins clauses with commas and wraps them to a terminal's columns, never at a no-break space. */
export function wrap(clauses: readonly string[], width: number): string[] {
  const text = wrapAnsi(clauses.join(', '), width, { hard: true });
  return text === '' ? [] : text.replaceAll(noBreak, ' ').split('\n');
}
