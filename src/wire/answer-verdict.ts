/** One violation, in words that hold nothing of the answer: they go into logs and failures. */
export interface AnswerIssue {
  /** For example `items.0.unitPrice`; empty for the answer as a whole. */
  readonly path: string;
  /** What the schema wants there. */
  readonly expected: string;
}

/** An answer that a repair call has to show to the model again. */
export type UnusableAnswer = {
  /** Equal for equal violations; holds nothing of the answer. */
  readonly fingerprint: string;
} & (
  | { readonly kind: 'not JSON' }
  | { readonly kind: 'invalid'; readonly issues: readonly AnswerIssue[] }
);

/** What the activity says of an answer's shape. Recorded, so that the workflow can go by it. */
export type AnswerVerdict =
  | {
      readonly kind: 'valid';
      readonly value: unknown;
      /** The text had to be mended before it was valid. */
      readonly mended: boolean;
    }
  | UnusableAnswer;
