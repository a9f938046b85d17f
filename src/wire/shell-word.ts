/** A word for a shell's command line: quoted where the shell would read more into it. */
export function shellWord(text: string): string {
  return /^[\w@%+:,./-][\w@%+=:,./#-]*$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
