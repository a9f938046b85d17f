import type { z } from 'zod';
import type { Json } from '../../../wire/json.ts';

/** An issue that was opened. */
export interface Ticket {
  readonly ticketNumber: number;
  readonly url: string;
}

/** What an issue says, and what makes it this one. */
export interface IssueDeclaration<Input> {
  readonly input: z.ZodType<Input>;
  /** The fields by which the same key with another issue is noticed. */
  readonly identity: (input: Input) => Json;
  readonly title: (input: Input) => string;
  /** Markdown; text from outside belongs into `codeSpan`. The marker is added below it. */
  readonly body: (input: Input) => string;
}
