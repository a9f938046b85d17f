import type { FailureType } from '../failures/failure-types.ts';
import { whatToDo } from '../failures/what-to-do.ts';
import type { Parked } from './progress.ts';
import { shellWord } from './shell-word.ts';

/** Only a person's word on the effect ends these: after a resume the ledger would say the same. */
const resolvedWith: Partial<Record<FailureType, string>> = {
  EffectUnknown: '--happened --result JSON | --did-not-happen | --give-up',
  EffectRefused: '--did-not-happen | --give-up',
};

/**
 * The command that ends a park, for people.
 *
 * @param all what the workflow waits for: where that is more than this, the command names this.
 */
export function answerCommand(
  workflowId: string,
  parked: Parked,
  all: readonly Parked[] = [parked],
): string {
  const byPark = ` --park ${shellWord(parked.parkId)}`;
  if (parked.type === 'ApprovalRequired') {
    const amount = parked.amountNeeded ? ' --amount AMOUNT --currency CURRENCY' : '';
    const { fingerprint, again = false } = parked;
    const same = all.filter((each) => 'fingerprint' in each && each.fingerprint === fingerprint);
    const one = again || same.length > 1 ? byPark : '';
    return `holdfast approve ${shellWord(workflowId)} --fingerprint ${fingerprint}${one}${amount}`;
  }
  const ways = resolvedWith[parked.type];
  if (ways !== undefined && parked.effectKey !== undefined) {
    return `holdfast effects resolve ${shellWord(parked.effectKey)} ${ways}`;
  }
  return `holdfast resume ${shellWord(workflowId)}${all.length > 1 ? byPark : ''}`;
}

/** What a person should do, in sentences: the failure's own advice, and how the workflow goes on. */
export function whatToDoAbout(parked: Parked): string {
  const advice = whatToDo[parked.type];
  if (parked.type === 'ApprovalRequired') return advice;
  const isResumed = resolvedWith[parked.type] === undefined;
  const asked =
    parked.model === undefined ? 'Then resume.' : 'Then resume, if need be with another model.';
  const sentences = [advice, isResumed ? asked : '', parked.skippable ? 'Or skip the step.' : ''];
  return sentences.filter((sentence) => sentence !== '').join(' ');
}
