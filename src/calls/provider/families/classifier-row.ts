import type { FailureType } from '../../../failures/failure-types.ts';

/** One row of a classifier: all conditions that are given must hold. */
export interface ClassifierRow {
  readonly type: FailureType;
  /** HTTP statuses (or the status inside a 200's error). */
  readonly status?: readonly number[];
  /** Any of the error's codes and types. */
  readonly codes?: readonly string[];
  readonly param?: RegExp;
  readonly message?: RegExp;
  /** Where the message says this, the row does not hold. */
  readonly unless?: RegExp;
  /** Any of the quotas that Google names as used up. */
  readonly quota?: RegExp;
  /** By the numbers in the message, more was requested than the limit allows. */
  readonly exceedsLimit?: true;
  /** Its codes say hardly more than the status: what any wrapped error says more exactly rules. */
  readonly vague?: true;
  /** What is shown where the provider's code is not in the list. */
  readonly reason?: string;
}

/** A list of codes, written as a line. */
export const words = (line: string): readonly string[] => line.split(' ');
