import { type CancelAnswer, cancel } from '../../client/cancel.ts';
import { shellWord } from '../../wire/shell-word.ts';
import { untilInterrupted } from '../interruption.ts';
import { type JsonOption, print, printJson } from '../output.ts';
import { printableLine } from '../printable.ts';
import { withClient } from '../with-client.ts';

/** `holdfast cancel <id>` */
export async function cancelCommand(id: string, options: JsonOption): Promise<void> {
  const answer = await withClient(({ client }) =>
    untilInterrupted((signal) => cancel(client, id, { signal })),
  );
  if (options.json) {
    return printJson({ ...answer, cancelRequested: answer.statusBefore === 'RUNNING' });
  }
  print(renderCancel(id, answer));
}

/** What came of it, what had been done, and what a person has to look at. */
export function renderCancel(id: string, { statusBefore, status, left }: CancelAnswer): string {
  const isAsked = statusBefore === 'RUNNING';
  const done = left?.done.map(printableLine).join(', ');
  return [
    headline(id, statusBefore, status),
    ...(done ? [`  done before: ${done}; nothing of it is undone`] : []),
    ...(isAsked && left && !done && left.inDoubt.length === 0 ? ['  nothing had been done'] : []),
    ...(left?.inDoubt ?? []).map(
      (key) =>
        `  may have happened: ${printableLine(key)}; look at the target, then \`holdfast effects resolve ${shellWord(printableLine(key))}\``,
    ),
    ...(left ? [] : ['  no worker answers: `holdfast effects --workflow` shows what was done']),
  ].join('\n');
}

function headline(id: string, before: string, after: string): string {
  if (before !== 'RUNNING')
    return `${id} is closed already (${before.toLowerCase()}); nothing was done`;
  if (after === 'RUNNING') {
    return `${id} was asked to stop, and has not yet (holdfast watch ${shellWord(id)})`;
  }
  return after === 'CANCELLED'
    ? `${id} is cancelled`
    : `${id} was asked to stop, and is ${after.toLowerCase()}`;
}
