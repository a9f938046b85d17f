/**
 * Joins clauses with a comma and breaks lines between words, as wide as they may be. A no-break space
 * keeps two words together, and is shown as a space.
 */
export function wrap(clauses: readonly string[], width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of clauses
    .join(', ')
    .split(' ')
    .flatMap((each) => pieces(each, width))) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (longer.length <= width || line === '') {
      line = longer;
    } else {
      lines.push(line);
      line = word;
    }
  }
  const all = line === '' ? lines : [...lines, line];
  return all.map((each) => each.replaceAll(noBreak, ' '));
}

/** U+00A0. */
export const noBreak = '\u00a0';

/** A word that is longer than a line, an id for example, in parts. */
function pieces(word: string, width: number): string[] {
  const count = Math.max(1, Math.ceil(word.length / width));
  return Array.from({ length: count }, (_, index) =>
    word.slice(index * width, (index + 1) * width),
  );
}
