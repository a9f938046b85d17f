import { closestMatch } from 'leven';

/** The known name that was probably meant; case, dashes and underscores are no slips. */
export function closestTo(name: string, known: readonly string[]): string | undefined {
  const plain = (text: string) =>
    text
      .replace(/^HOLDFAST_/, '')
      .replaceAll(/[_-]/g, '')
      .toLowerCase();
  // A third of its letters may be wrong: enough for slips, too few for another word. The prefix of our
  // variables says nothing of which one is meant.
  const maxDistance = Math.round(plain(name).length / 3);
  const match = closestMatch(plain(name), known.map(plain), { maxDistance });
  return known.find((each) => plain(each) === match);
}

/** `; did you mean maximumAttempts?` for a misspelt name; empty where nothing is close to it. */
export function didYouMean(name: string, known: readonly string[]): string {
  const match = closestTo(name, known);
  return match === undefined ? '' : `; did you mean ${match}?`;
}
