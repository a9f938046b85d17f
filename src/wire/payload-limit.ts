import { createFailure } from '../failures/create-failure.ts';

/** Bytes of JSON that a payload may have; over 2 MiB Temporal *terminates* the workflow. */
export const maximumPayloadBytes = 2 * 1024 * 1024 - 64 * 1024;

/** Size of a value as Temporal's JSON converter writes it, in bytes; also in a workflow. */
export function payloadBytes(value: unknown): number {
  return new TextEncoder().encode(JSON.stringify(value)).length;
}

/**
 * Checks a value before Temporal would.
 *
 * @param what names it in the message, for example `the prompt`.
 * @returns its bytes.
 * @throws PayloadTooLarge
 */
export function assertPayloadFits(what: string, value: unknown): number {
  const bytes = payloadBytes(value);
  if (bytes <= maximumPayloadBytes) return bytes;
  throw createFailure(
    'PayloadTooLarge',
    `${what} has ${bytes} bytes as JSON; Temporal carries at most ${maximumPayloadBytes} in one piece`,
    { details: { bytes, maximumBytes: maximumPayloadBytes } },
  );
}
