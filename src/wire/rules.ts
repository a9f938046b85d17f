import type { PolicySet } from '../policies/catalogue.ts';
import type { ActivityQueues } from './task-queues.ts';

/**
 * What rules one run of a workflow, as the worker answered at its first command: the history shows
 * it, and a deploy in between does not change it.
 */
export interface Rules {
  /** First part of every idempotency key. */
  readonly scope: string;
  /** Where the ledger is, without its password. */
  readonly ledger: string;
  readonly queues: ActivityQueues;
  readonly policies: PolicySet;
  /** The declared questions; absent in runs that began before this was told. */
  readonly questions?: readonly string[];
  /** The model of each declared question, where it names one. */
  readonly models: Readonly<Record<string, string>>;
  /** The name of the policy that rules each declared effect. */
  readonly effects: Readonly<Record<string, string>>;
}
