/** How models mark what they think aloud, by the templates of their families: opening and closing. */
const marks: readonly (readonly [opening: string, closing: string])[] = [
  ...[
    'think',
    'thinking',
    'thought',
    'thoughts',
    'reasoning',
    'reflection',
    'analysis',
    'plan',
    'scratchpad',
  ].map((name) => [`<(?:\\w+:)?${name}(?:\\s[^<>]*)?>`, `</(?:\\w+:)?${name}\\s*>`] as const),
  ['\\[THINK\\]', '\\[/THINK\\]'],
  ['◁think▷', '◁/think▷'],
  ['<\\|begin_of_thought\\|>', '<\\|end_of_thought\\|>'],
  ['<\\|START_THINKING\\|>', '<\\|END_THINKING\\|>'],
  ['<\\|channel\\|>(?:analysis|commentary)[^<]*<\\|message\\|>', '<\\|end\\|>'],
];

const openings = new RegExp(marks.map(([opening]) => `(${opening})`).join('|'), 'giu');
const closings = new RegExp(marks.map(([, closing]) => closing).join('|'), 'giu');

/** A mark in a text, and where what follows it begins. */
export interface Mark {
  readonly index: number;
  readonly end: number;
}

function first(pattern: RegExp, text: string, from: number): RegExpExecArray | null {
  pattern.lastIndex = from;
  return pattern.exec(text);
}

/** The next thought from a place on; one that is not closed ends with the text. */
export function nextThought(text: string, from: number): Mark | undefined {
  const opening = first(openings, text, from);
  if (!opening) return undefined;
  const [, closing = ''] = marks[opening.slice(1).findIndex((mark) => mark !== undefined)] ?? [];
  const close = first(new RegExp(closing, 'giu'), text, opening.index + opening[0].length);
  return { index: opening.index, end: close ? close.index + close[0].length : text.length };
}

/** The next end of a thought, whose beginning may be missing. */
export function nextClosing(text: string, from: number): Mark | undefined {
  const close = first(closings, text, from);
  return close ? { index: close.index, end: close.index + close[0].length } : undefined;
}

/**
 * What follows the thoughts that a text begins with: nothing, where the last one is not closed. Servers
 * whose template begins the thought send only its end.
 */
export function afterThought(answer: string): string {
  let text = answer.trim();
  for (let thought = nextThought(text, 0); thought?.index === 0; thought = nextThought(text, 0)) {
    text = text.slice(thought.end).trim();
  }
  const closing = /^[[{"'`]/.test(text) ? undefined : nextClosing(text, 0);
  const isWithoutBeginning = closing && closing.index < (nextThought(text, 0)?.index ?? Infinity);
  return isWithoutBeginning ? afterThought(text.slice(closing.end)) : text;
}
