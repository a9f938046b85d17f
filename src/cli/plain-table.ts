import Table from 'cli-table3';

/** Columns between two cells. */
export const columnGap = 2;

const noLines = Object.fromEntries(
  'top,top-mid,top-left,top-right,bottom,bottom-mid,bottom-left,bottom-right,left,left-mid,mid,mid-mid,right,right-mid,middle'
    .split(',')
    .map((name) => [name, '']),
);

/** A table without lines: they would cost the width that the content needs. */
export function plainTable(options: Table.TableConstructorOptions): Table.Table {
  return new Table({
    ...options,
    chars: noLines,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': columnGap },
  });
}

/** A table as text, without the blanks that fill its last column. */
export function tableText(
  rows: readonly Table.HorizontalTableRow[],
  options: Table.TableConstructorOptions,
): string {
  const table = plainTable(options);
  table.push(...rows);
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}
