/** What an error is called in logs: SQLite's words, a system's code, or the kind of error. */
export function errorName(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  // `node:sqlite` has one code for all errors, and words for each.
  const { errstr, code } = error as { errstr?: string; code?: string };
  return errstr ?? code ?? error.name;
}
