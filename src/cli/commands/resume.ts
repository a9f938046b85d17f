import { type Resumed, type ResumeOptions, resume, resumeAll } from '../../client/resume.ts';
import { policiesFileSchema } from '../../policies/resolve-policies.ts';
import { present } from '../../wire/present.ts';
import { checkModel } from '../check-model.ts';
import { usageError } from '../command-error.ts';
import { exitCodes } from '../exit-codes.ts';
import { mergeSets } from '../load-policies.ts';
import { type JsonOption, notice, print, printJson } from '../output.ts';
import { printableLine } from '../printable.ts';
import { withClient } from '../with-client.ts';
import { parkedFilter } from './parked.ts';

/** Flags of `holdfast resume`. */
export interface ResumeFlags extends JsonOption {
  readonly all?: boolean;
  readonly type?: string;
  readonly ofModel?: string;
  readonly ofTarget?: string;
  readonly park?: string;
  readonly retry?: boolean;
  readonly skip?: boolean;
  readonly model?: string;
  readonly set?: readonly string[];
}

/** `holdfast resume <id>`, or `holdfast resume --all --type T`. */
export async function resumeCommand(id: string | undefined, flags: ResumeFlags): Promise<void> {
  const { all = false } = flags;
  const filter = parkedFilter(flags);
  if (all === (id !== undefined))
    throw usageError('give one id, or --all with --type, --of-model or --of-target');
  if (!all && Object.keys(filter).length > 0) {
    throw usageError('--type, --of-model and --of-target choose among --all');
  }
  await withClient(async ({ client, config }) => {
    if (flags.model !== undefined) checkModel(flags.model, config.providerNames());
    const options = optionsFrom(flags);
    if (id !== undefined) {
      const answer = await resume(client, id, options);
      if (flags.json) return printJson({ workflowId: id, answer });
      return print(`${id} goes on at ${answer.step}: ${answer.did} by ${answer.by}`);
    }
    if (flags.park !== undefined) throw usageError('--park names one park; leave out --all');
    const onResumed = flags.json
      ? () => undefined
      : (each: Resumed) => print(describeResumed(each));
    const resumed = await resumeAll(client, filter, options, onResumed);
    const refused = resumed.filter((each) => 'refused' in each).length;
    if (flags.json) printJson(resumed);
    notice(`${resumed.length - refused} resumed, ${refused} refused`, flags);
    if (refused > 0) process.exitCode = exitCodes.failed.code;
  });
}

function optionsFrom({ retry, skip = false, model, park, set = [] }: ResumeFlags): ResumeOptions {
  if (retry && skip) throw usageError('--retry and --skip exclude each other');
  if (skip && (model !== undefined || set.length > 0)) {
    throw usageError('a step that is skipped needs no --model or --set');
  }
  const policies = set.length > 0 ? policiesFrom(set) : undefined;
  return present({ skip, model, parkId: park, policies });
}

/** The workflow checks the values, since only it knows the policy that they change. */
function policiesFrom(set: readonly string[]) {
  const parsed = policiesFileSchema.safeParse(mergeSets(set));
  if (parsed.success) {
    const { $schema: _, ...policies } = parsed.data;
    return policies;
  }
  const [issue] = parsed.error.issues;
  throw usageError(`--set ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'is not known'}`);
}

function describeResumed(resumed: Resumed): string {
  const id = printableLine(resumed.workflowId);
  return 'answer' in resumed
    ? `${id} goes on at ${printableLine(resumed.answer.step)}`
    : `${id} refused: ${printableLine(resumed.refused)}`;
}
