import { closestMatch } from 'leven';

/**
 * The known name that was probably meant; case, dashes and underscores are no slips.
 *
 * @param mostWrong letters that may be wrong. Default: a third of them, enough for slips, too few for
 *   another word.
 */
export function closestTo(
  name: string,
  known: readonly string[],
  mostWrong?: number,
): string | undefined {
  const plain = (text: string) =>
    text
      .replace(/^HOLDFAST_/, '')
      .replaceAll(/[_-]/g, '')
      .toLowerCase();
  // The prefix of our variables says nothing of which one is meant.
  const maxDistance = mostWrong ?? Math.round(plain(name).length / 3);
  const match = closestMatch(plain(name), known.map(plain), { maxDistance });
  return known.find((each) => plain(each) === match);
}

/** `; did you mean maximumAttempts?` for a misspelt name; empty where nothing is close to it. */
export function didYouMean(name: string, known: readonly string[], mostWrong?: number): string {
  const match = closestTo(name, known, mostWrong);
  return match === undefined ? '' : `; did you mean ${match}?`;
}
