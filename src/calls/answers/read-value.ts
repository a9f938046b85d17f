import { holdNumber } from './exact-number.ts';
import { type SourceText, skipBlanks, stringAt } from './scan-text.ts';
import { Slip } from './slips.ts';

/** Where something is in a value: names of properties, and indices. */
export type Path = readonly (string | number)[];

/** One JSON value, read out of a text. */
export interface ReadValue {
  /** A number that no double holds is in it as its digits, in a string. */
  readonly value: unknown;
  /** Where the value ends in the text. */
  readonly end: number;
  /** What was not quite JSON and could be meant in one way only, a phrase each. */
  readonly mended: readonly string[];
  /** Numbers that no double holds. */
  readonly notHeld: readonly Path[];
  /** Fractions with more digits than a double has, as they were written. */
  readonly rounded: readonly { readonly path: Path; readonly digits: string }[];
  /** Properties that an object has twice. */
  readonly repeated: readonly Path[];
}

/** More places than these say nothing new. */
const maximumPlaces = 100;

/** Deeper is no answer: a model that repeats itself writes brackets for ever. */
const maximumDepth = 500;

/**
 * Reads the one JSON value that begins at a place of a text. Forgiven is what cannot be meant
 * otherwise: commas before a closing bracket, comments, keys without quotes, strings in single
 * quotes. Nothing is completed, made up or escaped again.
 *
 * @throws Slip
 */
export function readValue(text: string, start: number): ReadValue {
  const source: SourceText = { text, at: start, mended: new Set() };
  const notHeld: Path[] = [];
  const rounded: { readonly path: Path; readonly digits: string }[] = [];
  const repeated: Path[] = [];
  const path: (string | number)[] = [];

  function valueHere(): unknown {
    skipBlanks(source);
    const first = text[source.at];
    if (first === '{' || first === '[') {
      if (path.length >= maximumDepth) throw new Slip('nested too deep');
      source.at += 1;
      return first === '{' ? objectHere() : arrayHere();
    }
    if (first === '"' || first === "'") return stringAt(source);
    if (first !== undefined && /[-\d]/.test(first)) return numberHere();
    const [word] = matchHere(/[a-z]+/y);
    if (word === 'true' || word === 'false' || word === 'null') {
      assertEnded('unquoted text');
      return word === 'null' ? null : word === 'true';
    }
    source.at -= word.length;
    throw slipHere();
  }

  function objectHere(): Record<string, unknown> {
    const object: Record<string, unknown> = {};
    let isAfterComma = false;
    while (!closes('}', isAfterComma)) {
      const key = keyHere();
      skipBlanks(source);
      if (text[source.at] !== ':') throw slipHere();
      source.at += 1;
      path.push(key);
      if (Object.hasOwn(object, key)) note(repeated);
      const value = valueHere();
      // A name like any other, which cannot be assigned.
      if (key === '__proto__') Object.defineProperty(object, key, { value, ...ordinary });
      else object[key] = value;
      path.pop();
      isAfterComma = takeComma('}');
    }
    return object;
  }

  function arrayHere(): unknown[] {
    const array: unknown[] = [];
    let isAfterComma = false;
    while (!closes(']', isAfterComma)) {
      path.push(array.length);
      array.push(valueHere());
      path.pop();
      isAfterComma = takeComma(']');
    }
    return array;
  }

  function closes(bracket: '}' | ']', isAfterComma: boolean): boolean {
    skipBlanks(source);
    if (text[source.at] !== bracket) return false;
    if (isAfterComma) source.mended.add('a comma before a closing bracket');
    source.at += 1;
    return true;
  }

  function takeComma(bracket: '}' | ']'): boolean {
    skipBlanks(source);
    const next = text[source.at];
    if (next === bracket) return false;
    if (next !== ',')
      throw next === '}' || next === ']' ? new Slip('brackets that cross') : slipHere();
    source.at += 1;
    return true;
  }

  function keyHere(): string {
    const first = text[source.at];
    if (first === '"' || first === "'") return stringAt(source);
    const [name] = matchHere(/[\p{L}_$][\p{L}\p{N}_$]*/uy);
    if (name === '') throw slipHere();
    source.mended.add('keys without quotes');
    return name;
  }

  function numberHere(): unknown {
    const [digits] = matchHere(/-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y);
    if (digits === '') throw new Slip('bad number');
    assertEnded('bad number');
    const held = holdNumber(digits);
    if (held.kind === 'rounded' && rounded.length < maximumPlaces) {
      rounded.push({ path: [...path], digits });
    }
    if (held.kind !== 'not held') return held.value;
    note(notHeld);
    return digits;
  }

  function note(places: Path[]): void {
    if (places.length < maximumPlaces) places.push([...path]);
  }

  function matchHere(pattern: RegExp): readonly [found: string] {
    pattern.lastIndex = source.at;
    const [found] = pattern.exec(text) ?? [''];
    source.at += found.length;
    return [found];
  }

  /** `12e`, `1_000` and `nullable` begin like a value, and are none. */
  function assertEnded(slip: 'bad number' | 'unquoted text'): void {
    const next = text[source.at];
    if (next !== undefined && !/[\s,\]}/]/.test(next)) throw new Slip(slip);
  }

  function slipHere(): Slip {
    const rest = text.slice(source.at, source.at + 3);
    if (rest === '') return new Slip('unclosed bracket');
    if (rest === '...' || rest[0] === '…') return new Slip('left out');
    if (/[,:\]}]/.test(rest[0] ?? '')) return new Slip('missing value');
    return new Slip(/^["'`“”‘’\p{L}\p{N}]/u.test(rest) ? 'unquoted text' : 'unexpected character');
  }

  const value = valueHere();
  const { at: end, mended } = source;
  return { value, end, mended: [...mended], notHeld, rounded, repeated };
}

const ordinary = { configurable: true, enumerable: true, writable: true };
