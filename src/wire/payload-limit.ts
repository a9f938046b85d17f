import { createFailure } from '../failures/create-failure.ts';

/**
 * Bytes of JSON that one payload may have. Temporal ends at 2 MiB, an activity input over it
 * *terminates* the workflow; the rest is room for the envelope.
 */
export const maximumPayloadBytes = 2 * 1024 * 1024 - 64 * 1024;

/** Size of a value as Temporal's JSON converter writes it, in bytes. Needs no Node API. */
export function payloadBytes(value: unknown): number {
  const text = JSON.stringify(value) ?? '';
  let bytes = text.length;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code < 0x80) continue;
    // A surrogate pair is two units of 2 bytes here and 4 bytes in UTF-8.
    bytes += code < 0x800 || (code >= 0xd800 && code <= 0xdfff) ? 1 : 2;
  }
  return bytes;
}

/**
 * Checks a value before Temporal would.
 *
 * @param what names it in the message, for example `the prompt`.
 * @throws PayloadTooLarge
 */
export function assertPayloadFits(what: string, value: unknown): void {
  const bytes = payloadBytes(value);
  if (bytes <= maximumPayloadBytes) return;
  throw createFailure(
    'PayloadTooLarge',
    `${what} has ${bytes} bytes as JSON; Temporal carries at most ${maximumPayloadBytes} in one piece`,
    { details: { bytes, maximumBytes: maximumPayloadBytes } },
  );
}
