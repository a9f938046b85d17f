/** Most slips of a word that is still taken for the other one. */
const maximumSlips = 2;

/** The known name that was probably meant; case and underscores are no slips. */
export function closestTo(name: string, known: readonly string[]): string | undefined {
  const plain = (text: string) => text.replaceAll(/[_-]/g, '').toLowerCase();
  const [best] = known
    .map((candidate) => ({ candidate, slips: slipsBetween(plain(name), plain(candidate)) }))
    .filter(({ slips, candidate }) => slips <= Math.min(maximumSlips, candidate.length / 3))
    .toSorted((one, other) => one.slips - other.slips);
  return best?.candidate;
}

/** Letters to add, to leave out or to change (Levenshtein). */
function slipsBetween(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [index, letter] of [...one].entries()) {
    const next = [index + 1];
    for (let at = 1; at <= other.length; at += 1) {
      const same = (row[at - 1] ?? 0) + (letter === other[at - 1] ? 0 : 1);
      next.push(Math.min(same, (row[at] ?? 0) + 1, (next[at - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
