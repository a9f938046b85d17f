import { codeOf } from './classify-database.ts';

/**
 * Adds to an error of a value that does not fit its column (SQLSTATE class 22) the column's name, where
 * the statement shows it: PostgreSQL itself counts parameters only.
 */
export function nameRefusedColumn(error: unknown, statement: string): unknown {
  if (!/^22...$/.test(codeOf(error) ?? '')) return error;
  const refused = error as { column?: string | undefined; where?: string | undefined };
  const [, parameter] = /parameter \$(\d+)/.exec(refused.where ?? '') ?? [];
  refused.column ??= parameter === undefined ? undefined : columnOf(`$${parameter}`, statement);
  return error;
}

/** The column that a parameter is for: of an insert by its place, otherwise by what it is compared with. */
function columnOf(parameter: string, statement: string): string | undefined {
  const [, list = '', values = ''] =
    /insert\s+into\s+\S+\s*\(([^)]*)\)\s*values\s*\((.*)/is.exec(statement) ?? [];
  const columns = list.split(',').map((column) => column.trim().replaceAll('"', ''));
  const places = topLevelParts(values).map((place) => place.trim().replace(/::\w+$/, ''));
  const nth = places.indexOf(parameter);
  if (nth >= 0) return columns[nth % columns.length];
  const compared = new RegExp(`([\\w.]+)"?\\s*=\\s*\\${parameter}(?!\\d)`).exec(statement);
  return compared?.[1];
}

/** The parts between commas that stand in no parentheses of their own. */
function topLevelParts(text: string): string[] {
  const parts = [''];
  let depth = 0;
  for (const character of text) {
    if (character === '(') depth += 1;
    if (character === ')') depth -= 1;
    // The next row of values begins.
    if (depth < 0) break;
    if (character === ',' && depth === 0) parts.push('');
    else parts[parts.length - 1] += character;
  }
  return parts;
}
