import { cancel } from '../../client/cancel.ts';
import { type JsonOption, print, printJson } from '../output.ts';
import { printableLine } from '../printable.ts';
import { withClient } from '../with-client.ts';

/** `holdfast cancel <id>` */
export async function cancelCommand(id: string, options: JsonOption): Promise<void> {
  const answer = await withClient(({ client }) => cancel(client, id));
  const asked = answer.statusBefore === 'RUNNING';
  if (options.json) return printJson({ ...answer, cancelRequested: asked });
  if (answer.terminated) {
    return print(`${id} was ended: nothing of it was done, since its code does not run`);
  }
  if (answer.stuck) {
    const what = `${id} was asked to stop, and does when its code runs again`;
    return print(`${what}: ${printableLine(answer.stuck)}`);
  }
  print(
    asked
      ? `${id} was asked to stop; an effect already sent finishes first (holdfast watch ${id})`
      : `${id} is closed already (${answer.statusBefore.toLowerCase()}); nothing was done`,
  );
}
