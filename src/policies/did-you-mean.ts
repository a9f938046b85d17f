import { closestMatch } from 'leven';

/** `; did you mean maximumAttempts?` for a misspelt name; empty where nothing is close to it. */
export function didYouMean(name: string, known: readonly string[]): string {
  // A third of its letters may be wrong: enough for slips, too few for another word.
  const maxDistance = Math.ceil(name.length / 3);
  const match = closestMatch(name, known, { maxDistance });
  return match === undefined ? '' : `; did you mean ${match}?`;
}
