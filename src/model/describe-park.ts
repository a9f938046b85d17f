import { isFailureType } from '../failures/failure-types.ts';
import type { Parked } from './progress.ts';

/** The command that ends a park, for people. Its ids are of safe characters only. */
export function answerCommand(workflowId: string, parked: Parked): string {
  if (parked.type === 'ApprovalRequired') {
    const amount = parked.amountNeeded ? ' --amount AMOUNT --currency CURRENCY' : '';
    return `holdfast approve ${workflowId} --fingerprint ${parked.fingerprint}${amount}`;
  }
  if (parked.type === 'EffectUnknown' && parked.effectKey !== undefined) {
    return `holdfast effects resolve ${parked.effectKey} --happened --result JSON | --did-not-happen | --give-up`;
  }
  return `holdfast resume ${workflowId}`;
}

/** What a person should do, in a sentence. */
export function whatToDo(parked: Parked): string {
  switch (parked.type) {
    case 'ApprovalRequired':
      return 'look at the order, then approve it or cancel the workflow';
    case 'EffectUnknown':
      return 'look at the target whether it happened, then say so';
    case 'InvalidCredentials':
    case 'PermissionDenied':
      return 'correct the key or its permissions where the worker gets them, then resume';
    case 'QuotaExhausted':
      return 'raise the quota or budget, or wait until it is renewed, then resume';
    case 'ModelNotFound':
    case 'ContextLengthExceeded':
    case 'ContentRejected':
    case 'SchemaMismatch':
    case 'SchemaRejected':
      return 'resume with another model';
    default:
      return `see to its cause, then resume${parked.skippable ? ' (or skip the step)' : ''}`;
  }
}

/** The park that a workflow left in its memo, so that it is told without a worker. */
export function parkedFromMemo(memo: unknown): Parked | undefined {
  if (typeof memo !== 'object' || memo === null || !('parkId' in memo)) return undefined;
  return 'type' in memo && isFailureType(memo.type) ? (memo as unknown as Parked) : undefined;
}
