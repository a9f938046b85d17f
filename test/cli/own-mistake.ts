/** A workflow with a mistake of its author's: Temporal tries its task for ever. */
export async function oops(): Promise<void> {
  throw new Error('I forgot something');
}
