/** An unusable answer that the model was told about. */
export interface FedBack {
  /** The raw output, to notice when the model says the very same again. Never logged. */
  readonly text: string;
  /** Of its verdict: equal for equal violations. */
  readonly fingerprint: string;
}

/** Whether another repair call makes sense. */
export type RepairChance = 'go on' | 'same violation' | 'identical output';

/**
 * Sporadic or deterministic? A model that makes the same mistake again after it was told, or says
 * the very same again, will do so for ever: the prompt causes it. At an independent error rate p
 * two equal failures in a row have probability p² at most, which bounds the false stops.
 *
 * @param previous the unusable answers before this one, each of which was fed back.
 */
export function judgeRepair(previous: readonly FedBack[], current: FedBack): RepairChance {
  if (previous.some(({ text }) => text === current.text)) return 'identical output';
  if (previous.some(({ fingerprint }) => fingerprint === current.fingerprint))
    return 'same violation';
  return 'go on';
}
