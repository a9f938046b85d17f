/** What a field of the details may hold: any value of a kind, or one of these words. */
type Kind = 'string' | 'number' | 'boolean' | readonly string[];

/** What travels with a failure besides type and message: no prompts, answers or keys. */
const kinds = {
  /** `<workflow id>/<step>` of the call, or the effect's idempotency key. */
  requestId: 'string',
  /** The provider's or target's own id of the request, for its support. */
  providerRequestId: 'string',
  /** Where an effect is done: `stripe`. */
  target: 'string',
  /** Counted from 1 over all schedulings of the call. */
  attempt: 'number',
  maximumAttempts: 'number',
  /** Used of the elapsed budget over all schedulings, without the waiting at the gate. */
  elapsedMs: 'number',
  /** Attempts of this scheduling without an answer that may have been billed. */
  possiblyBilled: 'number',
  /** Tokens of this scheduling that were paid for without a usable answer. */
  failedInputTokens: 'number',
  failedOutputTokens: 'number',
  /** Tokens of the attempt that failed. */
  inputTokens: 'number',
  outputTokens: 'number',
  /** HTTP status, when there was an answer. */
  status: 'number',
  /** Whether an HTTP request left this machine: `false` was never sent, absent is not known. */
  sent: 'boolean',
  /** The wait that the answer asked for. */
  retryAfterMs: 'number',
  /** Delay until the next attempt; here because `nextRetryDelay` is lost on its way to the workflow. */
  nextRetryDelayMs: 'number',
  /** What the delay came from: the policy's backoff or the server's Retry-After. */
  delaySource: ['policy', 'Retry-After'],
  /** Which of our own budgets is used up: other models have no more of it either. */
  budget: ['call', 'workflow'],
  /** What of the budget is used up, and what was spent. */
  reason: 'string',
  attempts: 'number',
  tokens: 'number',
  /** Calls that were made for one question. */
  calls: 'number',
  /** Size of a payload as JSON, and the most that Temporal carries. */
  bytes: 'number',
  maximumBytes: 'number',
} as const satisfies Record<string, Kind>;

type Content<K extends Kind> = K extends 'string'
  ? string
  : K extends 'number'
    ? number
    : K extends 'boolean'
      ? boolean
      : K[number];

/** The details of a failure; none is required. */
export type FailureDetails = {
  readonly [Field in keyof typeof kinds]?: Content<(typeof kinds)[Field]> | undefined;
};

/** Details out of a history or a server, where anything may stand: only fields of ours are kept. */
export function readDetails(value: unknown): FailureDetails {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).filter(([field, content]) => fits(field, content)),
  );
}

function fits(field: string, content: unknown): boolean {
  const kind: Kind | undefined = Object.hasOwn(kinds, field)
    ? kinds[field as keyof typeof kinds]
    : undefined;
  return typeof kind === 'object' ? kind.some((word) => word === content) : typeof content === kind;
}
