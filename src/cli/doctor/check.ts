import pc from 'picocolors';
import { hanging } from '../explain/wrap.ts';
import { printableLine } from '../printable.ts';
/** One thing that `holdfast doctor` looked at. */
export interface Check {
  readonly name: string;
  /** `unknown`: what it needs is itself not there. */
  readonly state: 'ok' | 'wrong' | 'unknown';
  /** What was found; where it is wrong, with what to do about it. */
  readonly words: string;
}

export const ok = (name: string, words: string): Check => ({ name, state: 'ok', words });
export const wrong = (name: string, words: string): Check => ({ name, state: 'wrong', words });
export const unknown = (name: string, words: string): Check => ({ name, state: 'unknown', words });

/** Of the state, of the name, and of the blanks after them. */
const stateColumns = 7;
const nameColumns = 15;

/** A line for each check; what does not fit goes on below itself. */
export function renderChecks(
  checks: readonly Check[],
  { width, colors = false }: { readonly width: number; readonly colors?: boolean },
): string {
  const { green, red, dim } = pc.createColors(colors);
  const paint = { ok: green, wrong: red, unknown: dim };
  const indent = stateColumns + nameColumns;
  return checks
    .map(({ name, state, words }) => {
      const shown = state === 'unknown' ? '-' : state;
      const head = `${paint[state](shown.padEnd(stateColumns))}${name.padEnd(nameColumns)}`;
      return `${head}${hanging(printableLine(words), indent, width)}`;
    })
    .join('\n');
}
