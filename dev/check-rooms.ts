import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type Import, importsOf } from './imports-of.ts';
import { type Room, rooms } from './rooms.ts';
import type { Verdict } from './validate-compose.ts';

/**
 * Holds every import below `src/` against the table, types included. What the table allows and no
 * file uses is a failure too: it would allow it unseen.
 *
 * @param root the folder that has `src/`.
 */
export function checkRooms(root: string, table: readonly Room[] = rooms): Verdict {
  const problems: string[] = [...tableProblems(table)];
  const unused = new Set(table.flatMap(permitsOf));
  const used = (permit: string) => unused.delete(permit);
  for (const file of globSync('**/*.{ts,mts,cts,tsx,js,mjs,cjs}', {
    cwd: path.join(root, 'src'),
  }).sort()) {
    const room = roomOf(file, table);
    if (room === undefined) {
      problems.push(`src/${file} is in no room of the table in dev/rooms.ts`);
      continue;
    }
    const folder = path.posix.relative(room.name, path.posix.dirname(file));
    used(`${room.name} has the folder ${folder}`);
    for (const each of importsOf(readFileSync(path.join(root, 'src', file), 'utf8'))) {
      const wanted = wantedBy(file, each, table);
      if (wanted === room.name) continue;
      const permit = permitFor(room, wanted, each);
      if (permit === undefined)
        problems.push(`src/${file} imports ${each.specifier}: ${room.name} may not`);
      else used(permit);
    }
  }
  problems.push(...[...unused].map((permit) => `dev/rooms.ts: ${permit}, and does not`));
  return { state: problems.length === 0 ? 'ok' : 'FAILED', detail: problems.join('\n') };
}

function permitsOf({ name, folders = [], rooms, types = [], packages }: Room): string[] {
  return [
    ...folders.map((folder) => `${name} has the folder ${folder}`),
    ...[...rooms, ...packages].map((each) => `${name} may import ${each}`),
    ...types.map((each) => `${name} may import types of ${each}`),
  ];
}

/** A room may import only what stands above it. */
function tableProblems(table: readonly Room[]): string[] {
  const above = new Set<string>();
  return table.flatMap(({ name, rooms, types = [] }) => {
    const wrong = [...rooms, ...types].filter((each) => !above.has(each));
    above.add(name);
    return wrong.map((each) => `dev/rooms.ts: ${each} does not stand above ${name}`);
  });
}

/** A file is a room, or stands in a folder that the table names. */
function roomOf(file: string, table: readonly Room[]): Room | undefined {
  const folder = path.posix.dirname(file);
  return table.find(({ name, folders = [] }) =>
    [name, ...folders.map((each) => `${name}/${each}`)].some(
      (each) => each === file || each === folder,
    ),
  );
}

/** The room that an import leads to, or its package. */
function wantedBy(file: string, { specifier }: Import, table: readonly Room[]): string {
  if (specifier.startsWith('node:')) return 'node:';
  if (!specifier.startsWith('.')) {
    return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
  }
  const target = path.posix.join(path.posix.dirname(file), specifier);
  return roomOf(target, table)?.name ?? target;
}

function permitFor({ name, ...room }: Room, wanted: string, { isType }: Import) {
  if (isType && room.types?.includes(wanted)) return `${name} may import types of ${wanted}`;
  const permit = [...room.rooms, ...room.packages].find(
    (each) => each === wanted || (each.endsWith('/*') && wanted.startsWith(each.slice(0, -1))),
  );
  return permit && `${name} may import ${permit}`;
}
