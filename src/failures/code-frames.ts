/** Where in the code an error was thrown, innermost first: `at save (file:///app/save.ts:12:5)`. */
export function framesOf(error: unknown): string[] {
  const { stack = '', message = '' } = error instanceof Error ? error : {};
  // The stack begins with the message, which may have lines that look like frames.
  return stack
    .slice(stack.indexOf(message) + message.length)
    .split('\n')
    .flatMap((line) => /^\s+(at .+)$/.exec(line)?.[1] ?? []);
}

/** File and line of a project's own that the first of some frames is in: `save.ts:12`. */
export function placeIn(frames: readonly string[]): string | undefined {
  const own = frames.filter(
    (frame) => !/[\\/]node_modules[\\/]|\b(node|webpack[\w-]*):/.test(frame),
  );
  return own.flatMap((frame) => /([^\\/(\s]+:\d+):\d+\)?$/.exec(frame)?.[1] ?? [])[0];
}
