import { jsonrepair } from 'jsonrepair';

/** JSON read out of a model's text. */
export interface ReadJson {
  readonly value: unknown;
  /** The text had to be mended; a code fence around it does not count. */
  readonly mended: boolean;
}

/**
 * Reads JSON from a model's text: as it is, without its code fence, or mended (quotes, commas,
 * comments). `undefined` when it is none. Text that was cut or abbreviated is never mended: the
 * missing part would be made up in silence (`{"amount": 12` could have been 1200).
 */
export function readJson(text: string): ReadJson | undefined {
  const unfenced = withoutFence(text);
  const parsed = parse(text.trim()) ?? parse(unfenced);
  if (parsed) return { ...parsed, mended: false };
  if (!isWhole(unfenced)) return undefined;
  try {
    const mended = parse(jsonrepair(unfenced));
    return mended && { ...mended, mended: true };
  } catch {
    return undefined;
  }
}

function parse(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

/** The content of the only code fence, with or without prose around it. */
function withoutFence(text: string): string {
  const fences = [...text.matchAll(/^[ \t]*```[\w-]*[ \t]*\r?\n([\s\S]*?)^[ \t]*```[ \t]*$/gm)];
  return (fences.length === 1 ? (fences[0]?.[1] ?? text) : text).trim();
}

/** Whether every bracket and double-quoted string that opens also closes, and nothing is left out. */
function isWhole(text: string): boolean {
  if (!/^[[{]/.test(text) || !/[\]}]$/.test(text)) return false;
  const outsideStrings = text.replace(/"(?:[^"\\]|\\[\s\S])*"/g, '');
  if (/"|\.\.\.|…/.test(outsideStrings)) return false;
  const open: string[] = [];
  for (const character of outsideStrings) {
    if (character === '{' || character === '[') open.push(character);
    else if (character === '}' && open.pop() !== '{') return false;
    else if (character === ']' && open.pop() !== '[') return false;
  }
  return open.length === 0;
}
