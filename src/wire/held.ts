/** A wait before anything is sent: of a call whose gate lets nothing go. It costs no attempt. */
export interface Held {
  /** The gate: `<provider>:<model>`; the provider's name stands for one address with one key. */
  readonly gate: string;
  /** Why, a clause without a time: "is down", "limits requests"; a person's own words. */
  readonly reason: string;
  /** The person who holds it, `alice@host`; absent where the gate itself does. */
  readonly by?: string;
  /** Since when, in milliseconds since 1970. */
  readonly sinceMs: number;
  /** When it is tried again, about; absent where nobody knows. */
  readonly untilMs?: number;
}

/** By which gate a call is held, and why. */
export type HeldWhy = Pick<Held, 'gate' | 'reason' | 'by'>;

/** A held call of a workflow, by the step that names it. */
export interface HeldStep extends Held {
  readonly step: string;
}

/** "openai:gpt-4o-mini is down", "openai:gpt-4o is held by alice: maintenance"; without a time. */
export function heldInWords({ gate, reason, by }: HeldWhy): string {
  return by === undefined ? `${gate} ${reason}` : `${gate} is held by ${nameOf(by)}: ${reason}`;
}

/** A person's name, without the machine. */
export function nameOf(identity: string): string {
  return identity.split('@')[0] || identity;
}

/** What a workflow left in its memo about calls that sleep long, so that it is told without a worker. */
export function heldFromMemo(memo: unknown): readonly HeldStep[] {
  return Array.isArray(memo) ? memo.filter(isHeldStep) : [];
}

/** Whether unknown JSON is the account of a held call. */
export function isHeld(value: unknown): value is Held {
  return typeof value === 'object' && value !== null && 'gate' in value && 'reason' in value;
}

function isHeldStep(value: unknown): value is HeldStep {
  return isHeld(value) && 'step' in value;
}
