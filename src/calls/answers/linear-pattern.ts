import { RE2JS } from 're2js';

/**
 * A pattern of a JSON Schema for an engine that reads each text once: one that tries again and again
 * takes hours for `^(\w+\s?)+$` and forty letters. The rest of ECMAScript's meaning is kept; what
 * cannot be read in one pass (a look-ahead, a back-reference) is refused.
 *
 * @throws Error for a pattern that is none, or that needs to look back.
 */
export function linearPattern(pattern: string) {
  assertPattern(pattern);
  const compiled = RE2JS.compile(RE2JS.translateRegExp(withScriptMeaning(pattern)));
  // The validator tells patterns apart by their text.
  return { test: (text: string) => compiled.test(text), toString: () => pattern };
}

/** What no browser takes is no pattern, even where the other engine has a meaning for it. */
function assertPattern(pattern: string): void {
  try {
    new RegExp(pattern, 'u');
  } catch {
    // `\-` outside of a class, for example, which many schemas have.
    new RegExp(pattern);
  }
}

/** Where the engines differ without saying so: `\s` has all blanks of Unicode, `.` no line end. */
function withScriptMeaning(pattern: string): string {
  let isInClass = false;
  return pattern.replace(/\\[\s\S]|[[\].]/g, (token) => {
    if (token === '[') isInClass = true;
    if (token === ']') isInClass = false;
    if (token === '\\s') return isInClass ? blanks : `[${blanks}]`;
    if (token === '\\S' && !isInClass) return `[^${blanks}]`;
    if (token === '.' && !isInClass) return '[^\\n\\r\\x{2028}\\x{2029}]';
    return token;
  });
}

const blanks = '\\t\\n\\x0B\\f\\r \\x{A0}\\x{FEFF}\\x{2028}\\x{2029}\\p{Zs}';
