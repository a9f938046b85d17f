import { type ExitName, exitCodes } from './exit-codes.ts';

/** Why a command did not succeed: one sentence for people, the rest for `--json`. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly exit: ExitName;
  /** A failure type, or what went wrong on this side: `usage`, `unreachable`, `not found`. */
  readonly kind: string;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    exit: ExitName,
    message: string,
    options: ErrorOptions & {
      readonly kind?: string;
      readonly details?: Readonly<Record<string, unknown>>;
    } = {},
  ) {
    super(message, options);
    this.exit = exit;
    this.kind = options.kind ?? exit;
    this.details = options.details ?? {};
  }

  /** As it is printed with `--json`, on standard error. */
  toJSON() {
    const { kind, message, details, exit } = this;
    return { error: { kind, message, ...details, exitCode: exitCodes[exit].code } };
  }
}

/** Bad usage or input. */
export function usageError(message: string, options?: ErrorOptions): CommandError {
  return new CommandError('usage', message, options);
}
