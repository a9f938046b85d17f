import { Slip } from './slips.ts';

/** A text that is being read. */
export interface SourceText {
  readonly text: string;
  /** The next character. */
  at: number;
  /** What was forgiven so far. */
  readonly mended: Set<string>;
}

/** Passes over blanks and comments. @throws Slip */
export function skipBlanks(source: SourceText): void {
  const { text } = source;
  while (true) {
    while (isBlank(text.charCodeAt(source.at))) source.at += 1;
    if (text[source.at] !== '/') return;
    const opening = text.slice(source.at, source.at + 2);
    if (opening !== '//' && opening !== '/*') return;
    const end = opening === '//' ? endOfLine(text, source.at) : text.indexOf('*/', source.at + 2);
    if (end < 0) throw new Slip('unclosed comment');
    if (standsForMore.test(text.slice(source.at, end))) throw new Slip('left out');
    source.mended.add('comments');
    source.at = opening === '//' ? end : end + 2;
  }
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}

/** `// ... and 30 more`: the model wrote a part of its answer only. */
const standsForMore =
  /\.\.\.|…|\b(more|rest|remaining|remainder|others|omitted|truncated|shortened|etc|and so on|continues?|same as|similar|as above|repeat(s|ed)?|left out)\b/i;

function endOfLine(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end;
}

/** Reads the string that begins here, in double quotes or in single ones. @throws Slip */
export function stringAt(source: SourceText): string {
  const { text, at: start } = source;
  const quote = text[start];
  const ending = text.charCodeAt(start);
  let hasEscapes = false;
  for (let at = start + 1; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code < 0x20) throw new Slip('control character');
    if (code === ending) {
      source.at = at + 1;
      if (quote === "'") source.mended.add('strings in single quotes');
      if (!hasEscapes) return text.slice(start + 1, at);
      const value = JSON.parse(text.slice(start, source.at)) as string;
      if (!value.isWellFormed()) throw new Slip('half a character');
      return value;
    }
    if (code !== backslash) continue;
    if (quote === "'") throw new Slip('single quotes');
    hasEscapes = true;
    const length = escapeLength(text, at);
    at += length - 1;
  }
  throw new Slip('unclosed string');
}

const backslash = 0x5c;

function escapeLength(text: string, at: number): number {
  const letter = text[at + 1];
  if (letter === undefined) throw new Slip('unclosed string');
  if ('"\\/bfnrt'.includes(letter)) return 2;
  if (letter === 'u' && /^[\da-f]{4}$/i.test(text.slice(at + 2, at + 6))) return 6;
  throw new Slip('bad escape');
}
