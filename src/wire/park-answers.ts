import type { Json, JsonObject } from './json.ts';

/** A person's answer to a step that failed: try it again, changed or not, or go on without it. */
export interface Resume {
  /** The park it answers; any other ignores it. */
  readonly parkId: string;
  readonly action: 'retry' | 'skip';
  /** Another model for the question that is parked. */
  readonly model?: string;
  /** Other limits: fields of the policy that rules the parked step. */
  readonly policy?: JsonObject;
  /** Who resumed, as the client's connection knows it. */
  readonly resumedBy: string;
}

/** What a person found out about an effect whose outcome was unknown. */
export type Verdict =
  /** It is done; this is its result. */
  | { readonly kind: 'happened'; readonly result: unknown }
  /** It is not: after a look at the target it is done anew, under a new generation of the key. */
  | { readonly kind: 'did not happen' }
  /** It will never be known; the effect fails. */
  | { readonly kind: 'give up' };

/** A {@link Verdict} for the effect that a workflow is parked on. */
export interface Resolve {
  /** The park it answers; any other ignores it. */
  readonly parkId: string;
  /** Of the key as it was given: another one is another ledger's business. */
  readonly scope?: string;
  /** The generation that is spoken of; the latest when it is not named. */
  readonly generation?: number;
  readonly verdict: Verdict;
  /** Who resolved, as the client's connection knows it. */
  readonly resolvedBy: string;
}

/** What a resolve did to the ledger. */
export interface Resolved {
  /** The key that the effect goes by from now on. */
  readonly key: string;
  readonly state: 'succeeded' | 'failed' | 'released';
}

/** A person's approval, bound to what they saw. */
export interface Approval {
  /** Of what was looked at. It counts for nothing else. */
  readonly fingerprint: string;
  /** The one wait it is for, where the same is to be approved more than once. */
  readonly parkId?: string;
  /** What the person decided besides, for example an amount; as the workflow asked for it. */
  readonly answer?: Json;
  /** Who approved, as the client's connection knows it. */
  readonly approvedBy: string;
}
