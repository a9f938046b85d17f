/** A wait before anything is sent: of a call whose gate lets nothing go. It costs no attempt. */
export interface Held {
  /** The gate: `<provider>:<model>`; the provider's name stands for one address with one key. */
  readonly gate: string;
  /** Why, a clause without a time: "is down", "limits requests". */
  readonly reason: string;
  /** Since when, in milliseconds since 1970. */
  readonly sinceMs: number;
  /** When it is tried again, about; absent where nobody knows. */
  readonly untilMs?: number;
}

/** A held call of a workflow, by the step that names it. */
export interface HeldStep extends Held {
  readonly step: string;
}
