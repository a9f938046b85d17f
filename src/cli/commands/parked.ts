import { listParked, type ParkedFilter, type ParkedWorkflow } from '../../client/parked.ts';
import { whatToDoAbout } from '../../wire/describe-park.ts';
import { formatDuration } from '../format.ts';
import { type JsonOption, notice, print, printJson } from '../output.ts';
import { printableLine } from '../printable.ts';
import { withClient } from '../with-client.ts';

/** `holdfast parked`: the workflows that wait for a person. */
export async function parkedCommand(
  flags: JsonOption &
    Pick<ParkedFilter, 'type'> & {
      readonly ofModel?: string;
      readonly ofTarget?: string;
      readonly limit?: number;
    },
): Promise<void> {
  const { limit = 100 } = flags;
  await withClient(async ({ client, namespace }) => {
    const filter = parkedFilter(flags);
    const found: ParkedWorkflow[] = [];
    let isMore = false;
    for await (const each of listParked(client, filter)) {
      isMore = found.length === limit;
      if (isMore) break;
      found.push(each);
    }
    if (flags.json) return printJson(found);
    const now = new Date();
    if (found.length > 0) print(found.map((each) => renderParked(each, now)).join('\n\n'));
    else notice(`Nothing in ${namespace} waits for a person.`, flags);
    if (isMore) notice(`There are more than ${limit}; --limit shows more.`, flags);
  });
}

/** Which of them the flags name. */
export function parkedFilter(flags: {
  readonly type?: string;
  readonly ofModel?: string;
  readonly ofTarget?: string;
}): ParkedFilter {
  const { type, ofModel: model, ofTarget: target } = flags;
  return { ...(type && { type }), ...(model && { model }), ...(target && { target }) };
}

/** One park: what it is, why it waits, and the command that ends it. */
export function renderParked({ workflowId, parked, command }: ParkedWorkflow, now: Date): string {
  const { type, step, since, until, reasons } = parked;
  const waitsMs = Math.max(0, now.getTime() - Date.parse(since));
  const id = printableLine(workflowId);
  const model = 'model' in parked && parked.model ? ` of ${printableLine(parked.model)}` : '';
  return [
    `${id}  ${type} at ${printableLine(step)}${model}`,
    `  since     ${since} (${formatDuration(waitsMs)})${until ? `, fails at ${until}` : ''}`,
    ...reasons.map(
      (reason, index) => `  ${index === 0 ? 'why      ' : '         '} ${printableLine(reason)}`,
    ),
    `  to do     ${whatToDoAbout(parked)}`,
    `            ${printableLine(command)}`,
  ].join('\n');
}
