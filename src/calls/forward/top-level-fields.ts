/** Where the value of a top-level field stands in a JSON text: byte offsets, the end excluded. */
export interface FieldPlace {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** The body is not one JSON object. */
export class NotAnObject extends Error {
  override readonly name = 'NotAnObject';
}

const [quote, backslash, comma, colon] = [...'"\\,:'].map((sign) => sign.charCodeAt(0));
const [openBrace, closeBrace, openBracket, closeBracket] = [...'{}[]'].map((sign) =>
  sign.charCodeAt(0),
);

/**
 * Finds the top-level fields of a JSON object in its bytes, without making an object of it: what is
 * forwarded keeps its 64-bit numbers, its duplicate keys and its blanks. A field that stands there
 * twice is listed twice. What is inside the values is the provider's to judge.
 *
 * @throws NotAnObject
 */
export function topLevelFields(json: Uint8Array): FieldPlace[] {
  const fields: FieldPlace[] = [];
  let at = afterBlanks(json, startOf(json));
  if (json[at] !== openBrace) throw new NotAnObject('the body is no JSON object');
  at = afterBlanks(json, at + 1);
  if (json[at] === closeBrace) return endOf(json, at + 1, fields);
  while (true) {
    const nameEnd = afterString(json, at);
    const name = parsed(json, at, nameEnd);
    at = afterBlanks(json, nameEnd);
    if (json[at] !== colon) throw new NotAnObject(`no colon at byte ${at}`);
    const start = afterBlanks(json, at + 1);
    const end = afterValue(json, start);
    fields.push({ name: String(name), start, end });
    at = afterBlanks(json, end);
    if (json[at] === closeBrace) return endOf(json, at + 1, fields);
    if (json[at] !== comma) throw new NotAnObject(`no comma at byte ${at}`);
    at = afterBlanks(json, at + 1);
  }
}

/** The value of a field, the last one where it stands twice; `undefined` where it is absent. */
export function fieldValue(json: Uint8Array, fields: readonly FieldPlace[], name: string): unknown {
  const place = fields.findLast((field) => field.name === name);
  return place && parsed(json, place.start, place.end);
}

/** The text with other bytes in the given places, which are in order and do not overlap. */
export function spliced(
  json: Uint8Array,
  changes: readonly { readonly start: number; readonly end: number; readonly text: string }[],
): Uint8Array {
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const { start, end, text } of changes) {
    parts.push(json.subarray(at, start), Buffer.from(text));
    at = end;
  }
  return Buffer.concat([...parts, json.subarray(at)]);
}

function parsed(json: Uint8Array, start: number, end: number): unknown {
  try {
    // The same bytes: copies of a million lines are a lot of garbage.
    const text = Buffer.from(json.buffer, json.byteOffset + start, end - start).toString('utf8');
    return JSON.parse(text);
  } catch {
    throw new NotAnObject(`no JSON at byte ${start}`);
  }
}

/** A byte order mark is skipped; it goes out as it came. */
function startOf(json: Uint8Array): number {
  return json[0] === 0xef && json[1] === 0xbb && json[2] === 0xbf ? 3 : 0;
}

function endOf<T>(json: Uint8Array, at: number, result: T): T {
  if (afterBlanks(json, at) < json.length) throw new NotAnObject('more than one JSON value');
  return result;
}

function afterBlanks(json: Uint8Array, from: number): number {
  let at = from;
  while (json[at] === 0x20 || json[at] === 0x0a || json[at] === 0x0d || json[at] === 0x09) at += 1;
  return at;
}

function afterString(json: Uint8Array, from: number): number {
  if (json[from] !== quote) throw new NotAnObject(`no string at byte ${from}`);
  for (let at = from + 1; at < json.length; at += 1) {
    if (json[at] === backslash) at += 1;
    else if (json[at] === quote) return at + 1;
  }
  throw new NotAnObject('a string does not end');
}

/** One string, one bracketed value with all that is in it, or one bare word. */
function afterValue(json: Uint8Array, from: number): number {
  if (json[from] === quote) return afterString(json, from);
  let depth = 0;
  let at = from;
  while (at < json.length) {
    const sign = json[at];
    if (sign === quote) {
      at = afterString(json, at);
      if (depth === 0) return at;
      continue;
    }
    if (sign === openBrace || sign === openBracket) depth += 1;
    else if (sign === closeBrace || sign === closeBracket) {
      // The bracket of the object around a bare word.
      if (depth === 0) break;
      depth -= 1;
      if (depth === 0) return at + 1;
    } else if (depth === 0 && sign === comma) break;
    at += 1;
  }
  if (depth > 0 || at === from) throw new NotAnObject(`no value at byte ${from}`);
  return trimmedEnd(json, from, at);
}

function trimmedEnd(json: Uint8Array, from: number, to: number): number {
  let end = to;
  while (end > from && [0x20, 0x0a, 0x0d, 0x09].includes(json[end - 1] ?? 0)) end -= 1;
  return end;
}
