import { type ReadValue, readValue } from './read-value.ts';
import { Slip } from './slips.ts';
import { afterThought, nextClosing, nextThought } from './thought.ts';

/**
 * Finds the one JSON value of a model's text: the text as a whole, or what a leading `<think>` block,
 * a code fence or prose stand around. Where the value may be a part of something else, it is refused:
 * an inner object of a broken outer one would pass for the answer.
 *
 * @throws Slip
 */
export function findValue(answer: string): ReadValue {
  const text = afterThought(answer);
  if (text === '') throw new Slip('no JSON');
  const inner = insideFence(text);
  if (!/[[{]/.test(inner)) return scalar(inner);
  if (/^[[{"']/.test(inner)) {
    const read = tryWhole(inner);
    if (read) return read;
  }
  return amongProse(text);
}

/** The content of a fence that is all of the text, closed or not. */
function insideFence(text: string): string {
  const opening = /^```[ \t]*(?:json[c5]?\b)?/i.exec(text);
  if (!opening) return text;
  const rest = text.slice(opening[0].length);
  return (rest.endsWith('```') ? rest.slice(0, -3) : rest).trim();
}

function scalar(text: string): ReadValue {
  const read = tryWhole(text);
  if (read) return read;
  throw new Slip(/^["'\d-]/.test(text) ? slipOf(text) : 'no JSON');
}

/** Why a text that begins like a string or a number is no JSON. */
function slipOf(text: string) {
  try {
    readValue(text, 0);
    return 'no JSON';
  } catch (error) {
    if (error instanceof Slip) return error.kind;
    throw error;
  }
}

function tryWhole(text: string): ReadValue | undefined {
  try {
    const read = readValue(text, 0);
    return text.slice(read.end).trim() === '' ? read : undefined;
  } catch (error) {
    if (error instanceof Slip) return undefined;
    throw error;
  }
}

/** Brackets of prose: `[see below]`, `{name}`. */
const wordsInBrackets = /\[[\p{L}][\p{L} '-]*\]|\{[\p{L}][\p{L} '-]*\}/uy;

function amongProse(text: string): ReadValue {
  let found: ReadValue | undefined;
  let prose = '';
  let at = 0;
  while (at < text.length) {
    const start = indexOfBracket(text, at);
    // Thought is not the answer, and what stands before the end of one was thought.
    const thought = nextThought(text, at);
    if (thought && thought.index <= start) {
      prose += text.slice(at, thought.index);
      at = thought.end;
      continue;
    }
    const closing = nextClosing(text, at);
    if (closing && closing.index < start) {
      found = undefined;
      prose = '';
      at = closing.end;
      continue;
    }
    prose += text.slice(at, start);
    if (start === text.length) break;
    wordsInBrackets.lastIndex = start;
    const [words] = wordsInBrackets.exec(text) ?? [];
    if (words !== undefined && !/^\[(?:true|false|null)\]$/.test(words)) {
      at = start + words.length;
      continue;
    }
    const read = readValue(text, start);
    if (found) throw new Slip('more than one value');
    found = read;
    at = read.end;
  }
  if (!found) throw new Slip('no JSON');
  assertWhole(prose, text.slice(found.end));
  return found;
}

function indexOfBracket(text: string, from: number): number {
  const bracket = /[[{]/g;
  bracket.lastIndex = from;
  return bracket.exec(text)?.index ?? text.length;
}

/** Prose with a bracket that closes, or with a key, is the rest of a value whose brackets are wrong. */
function assertWhole(prose: string, after: string): void {
  const isPart = /[\]}]|["']\s*:/.test(prose) || /^\s*[,:"']/.test(after);
  if (isPart) throw new Slip('brackets that cross');
}
