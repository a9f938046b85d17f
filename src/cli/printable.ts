/**
 * Text from outside (a failure's message, an id, a model's answer) as it may be written to a
 * terminal: control characters could move the cursor, rename the window or hide what was said, and
 * bidirectional ones reorder it.
 */
export function printable(text: string): string {
  return text.replace(unsafe, '\ufffd');
}

/** Text from outside on one line, safe for a terminal as {@link printable} makes it. */
export function printableLine(text: string): string {
  return printable(text.replace(/\s+/g, ' ').trim());
}

/** JSON that is safe on a terminal: what `JSON.stringify` leaves as it is becomes an escape. */
export function printableJson(value: unknown, indent?: number): string {
  const text = JSON.stringify(value, undefined, indent) ?? 'null';
  return text.replace(
    unsafe,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

// All of Unicode's control characters but tab and line feed; the bidirectional and invisible ones.
const unsafe =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;
