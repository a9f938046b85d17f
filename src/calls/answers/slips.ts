/**
 * What keeps a text from being JSON, in words for the model that wrote it. The key goes into the
 * fingerprint: two different slips are not the same failure again.
 */
export const slips = {
  'no JSON': 'there is no JSON in it',
  'more than one value': 'there is more than one JSON value in it',
  'unclosed bracket': 'it ends before every bracket is closed',
  'unclosed string': 'it ends within a string',
  'unclosed comment': 'it ends within a comment',
  'brackets that cross': 'brackets do not match, or the outer ones are missing',
  'missing value': 'a value is missing',
  'left out': 'a part of it is left out',
  'bad number': 'a number is not written as JSON has it',
  'bad escape': 'a backslash begins no escape of JSON; a backslash itself is written twice',
  'half a character': 'an escape is half of a character: such ones come in pairs',
  'control character': 'a string holds a control character; a new line is written \\n',
  'single quotes': 'a string in single quotes holds a backslash; strings have double quotes',
  'unquoted text': 'text stands without double quotes around it, or a quote within is not escaped',
  'unexpected character': 'a character stands where JSON has none',
  'nested too deep': 'it is nested too deep',
} as const;

/** Why a text is no JSON. */
export type SlipKind = keyof typeof slips;

/** A text is no JSON. Holds nothing of the text. */
export class Slip extends Error {
  override readonly name = 'Slip';
  readonly kind: SlipKind;
  constructor(kind: SlipKind) {
    super(slips[kind]);
    this.kind = kind;
  }
}
