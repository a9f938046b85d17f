import type { CommandError } from './command-error.ts';
import { exitCodes } from './exit-codes.ts';
import { printable, printableJson } from './printable.ts';

/** Every command has `--json`: one JSON value on standard output, errors as JSON on standard error. */
export interface JsonOption {
  readonly json?: boolean;
}

/** What was asked for, on standard output. */
export function print(text: string): void {
  process.stdout.write(`${process.stdout.isTTY ? printable(text) : text}\n`);
}

/** A view that was laid out and coloured here, of parts that were made printable before. */
export function printView(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** What was asked for, as JSON on standard output. */
export function printJson(value: unknown): void {
  process.stdout.write(`${printableJson(value, 2)}\n`);
}

/** What a person should know besides, on standard error: pipes get only what was asked for. */
export function notice(text: string, { json }: JsonOption): void {
  if (!json) process.stderr.write(`${printable(text)}\n`);
}

/** Reports an error and sets the exit code. */
export function fail(error: CommandError, { json }: JsonOption): void {
  process.exitCode = exitCodes[error.exit].code;
  const text = json ? printableJson(error) : `holdfast: ${printable(error.message)}`;
  process.stderr.write(`${text}\n`);
}
