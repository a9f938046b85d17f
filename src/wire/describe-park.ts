import { type FailureType, isFailureType } from '../failures/failure-types.ts';
import { whatToDo } from '../failures/what-to-do.ts';
import type { Parked } from './progress.ts';
import { shellWord } from './shell-word.ts';

/** Only a person's word on the effect ends these: after a resume the ledger would say the same. */
const resolvedWith: Partial<Record<FailureType, string>> = {
  EffectUnknown: '--happened --result JSON | --did-not-happen | --give-up',
  EffectRefused: '--did-not-happen | --give-up',
};

/** The command that ends a park, for people. */
export function answerCommand(workflowId: string, parked: Parked): string {
  if (parked.type === 'ApprovalRequired') {
    const amount = parked.amountNeeded ? ' --amount AMOUNT --currency CURRENCY' : '';
    return `holdfast approve ${shellWord(workflowId)} --fingerprint ${parked.fingerprint}${amount}`;
  }
  const ways = resolvedWith[parked.type];
  if (ways !== undefined && parked.effectKey !== undefined) {
    return `holdfast effects resolve ${shellWord(parked.effectKey)} ${ways}`;
  }
  return `holdfast resume ${shellWord(workflowId)}`;
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

/** The park that a workflow left in its memo, so that it is told without a worker. */
export function parkedFromMemo(memo: unknown): Parked | undefined {
  if (typeof memo !== 'object' || memo === null || !('parkId' in memo)) return undefined;
  return 'type' in memo && isFailureType(memo.type) ? (memo as unknown as Parked) : undefined;
}
