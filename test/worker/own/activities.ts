/** An activity of the user's own. */
export async function hello(name: string): Promise<string> {
  return `hello ${name}`;
}
