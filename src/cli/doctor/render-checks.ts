import pc from 'picocolors';
import { hanging } from '../explain/wrap.ts';
import { printableLine } from '../printable.ts';
import type { Check } from './check.ts';

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
