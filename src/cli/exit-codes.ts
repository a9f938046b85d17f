/** How `holdfast` ends. The numbers are an interface: scripts rely on them. */
export const exitCodes = {
  ok: { code: 0, meaning: 'done' },
  failed: { code: 1, meaning: 'the workflow failed, was cancelled or was terminated' },
  usage: { code: 2, meaning: 'bad usage, input or configuration; nothing was changed' },
  unreachable: { code: 3, meaning: 'no Temporal server, worker or database answers' },
  notFound: { code: 4, meaning: 'there is no such workflow' },
  otherInput: { code: 5, meaning: 'the id exists with other input' },
  parked: { code: 6, meaning: 'the workflow waits for a person' },
  bug: { code: 70, meaning: 'an error in Holdfast itself' },
  interrupted: { code: 130, meaning: 'interrupted with Ctrl-C; workflows go on' },
} as const;

/** What a command ended with. */
export type ExitName = keyof typeof exitCodes;

/** The list for `--help`. */
export function describeExitCodes(): string {
  const lines = Object.values(exitCodes).map(
    ({ code, meaning }) => `  ${String(code).padEnd(4)} ${meaning}`,
  );
  return `Exit codes:\n${lines.join('\n')}`;
}
