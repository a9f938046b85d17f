import pc from 'picocolors';
import type { Check } from './check-outside.ts';

/** The checks in columns, each line with a tick or a cross, and under it whatever is wrong. */
export function showChecks(checks: readonly Check[]): string {
  const widthOf = (column: 'what' | 'seen') =>
    Math.max(...checks.map((check) => check[column].length)) + 2;
  const [whatWidth, seenWidth] = [widthOf('what'), widthOf('seen')];
  return checks
    .flatMap(({ what, seen, where, problems }) => {
      const mark = problems.length === 0 ? pc.green('✓') : pc.red('✗');
      const columns = [what.padEnd(whatWidth), pc.bold(seen.padEnd(seenWidth)), pc.dim(where)];
      return [
        `  ${mark} ${columns.join('')}`,
        ...problems.map((problem) => `    ${pc.red(problem)}`),
      ];
    })
    .join('\n');
}
