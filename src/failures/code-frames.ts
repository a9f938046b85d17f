/** Where in the code an error was thrown, innermost first: `at save (file:///app/save.ts:12:5)`. */
export function framesOf(error: unknown): string[] {
  const { stack = '', message = '' } = error instanceof Error ? error : {};
  // The stack begins with the message, which may have lines that look like frames.
  return stack
    .slice(stack.indexOf(message) + message.length)
    .split('\n')
    .flatMap((line) => /^\s+(at .+)$/.exec(line)?.[1] ?? []);
}

/** File and line of a project's own that an error was thrown in: `save.ts:12`. */
export function placeOf(error: unknown): string | undefined {
  const own = framesOf(error).find((frame) => !/[\\/]node_modules[\\/]|\bnode:/.test(frame));
  return /([^\\/(]+:\d+):\d+\)?$/.exec(own ?? '')?.[1];
}
