import { resolveEffect } from '../../client/effects.ts';
import type { Verdict } from '../../wire/park-answers.ts';
import { usageError } from '../command-error.ts';
import { type JsonOption, print, printJson } from '../output.ts';
import { withClient } from '../with-client.ts';

/** Flags of `holdfast effects resolve`. */
export interface ResolveFlags extends JsonOption {
  readonly happened?: boolean;
  /** JSON. */
  readonly result?: string;
  readonly didNotHappen?: boolean;
  readonly giveUp?: boolean;
}

/** `holdfast effects resolve <key>`: a person says what became of an effect. */
export async function resolveCommand(key: string, flags: ResolveFlags): Promise<void> {
  const verdict = verdictFrom(flags);
  await withClient(async ({ client, place }) => {
    const resolved = await resolveEffect(client, key, verdict, place);
    const resolvedBy = client.options.identity;
    if (flags.json) return printJson({ ...resolved, resolvedBy });
    const next = resolved.resumed
      ? `${resolved.resumed} goes on`
      : 'no workflow waits for it; one that is started under its id goes on from there';
    print(`${resolved.key} is ${resolved.state}, resolved by ${resolvedBy}; ${next}`);
  });
}

function verdictFrom({ happened, didNotHappen, giveUp, result }: ResolveFlags): Verdict {
  const given = [happened, didNotHappen, giveUp].filter((flag) => flag === true);
  if (given.length !== 1) throw usageError('say one: --happened, --did-not-happen or --give-up');
  if (!happened && result !== undefined) throw usageError('--result belongs to --happened');
  if (didNotHappen) return { kind: 'did not happen' };
  if (giveUp) return { kind: 'give up' };
  if (result === undefined) throw usageError("--happened needs --result '{...}', as JSON");
  try {
    return { kind: 'happened', result: JSON.parse(result) };
  } catch (error) {
    throw usageError('--result is not JSON', { cause: error });
  }
}
