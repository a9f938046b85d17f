import type { CommandError } from './command-error.ts';
import { exitCodes } from './exit-codes.ts';
import { printable, printableJson } from './printable.ts';

/** Every command has `--json`: one JSON value on standard output, errors as JSON on standard error. */
export interface JsonOption {
  readonly json?: boolean;
}

/** Prints a command's result on standard output. */
export function print(text: string): void {
  process.stdout.write(`${process.stdout.isTTY ? printable(text) : text}\n`);
}

/** Prints a coloured view, whose parts were made printable before. */
export function printView(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Prints a command's result as JSON on standard output. */
export function printJson(value: unknown): void {
  process.stdout.write(`${printableJson(value, 2)}\n`);
}

/** Prints a remark for people on standard error, so that pipes get only the result. */
export function notice(text: string, { json }: JsonOption): void {
  if (!json) process.stderr.write(`${printable(text)}\n`);
}

/** Prints on standard error what must not go unseen, as JSON where that was asked for. */
export function warn(text: string, { json }: JsonOption): void {
  process.stderr.write(json ? `${printableJson({ warning: text })}\n` : `${printable(text)}\n`);
}

/** Reports an error and sets the exit code. */
export function fail(error: CommandError, { json }: JsonOption): void {
  process.exitCode = exitCodes[error.exit].code;
  const text = json ? printableJson(error) : `holdfast: ${printable(error.message)}`;
  process.stderr.write(`${text}\n`);
}
