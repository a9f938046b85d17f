import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
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
  const unused = new Set(
    table.flatMap(({ name, rooms, packages }) => permits(name, rooms, packages)),
  );
  for (const file of globSync('**/*.ts', { cwd: path.join(root, 'src') }).sort()) {
    const room = roomOf(file, table);
    if (room === undefined) {
      problems.push(`src/${file} is in no room of the table in dev/rooms.ts`);
      continue;
    }
    for (const specifier of importsOf(readFileSync(path.join(root, 'src', file), 'utf8'))) {
      const wanted = wantedBy(file, specifier, table);
      if (wanted === room.name) continue;
      const permit = permitFor(room, wanted);
      if (permit === undefined)
        problems.push(`src/${file} imports ${specifier}: ${room.name} may not`);
      else unused.delete(`${room.name} may import ${permit}`);
    }
  }
  problems.push(...[...unused].map((permit) => `dev/rooms.ts: ${permit}, and does not`));
  return { state: problems.length === 0 ? 'ok' : 'FAILED', detail: problems.join('\n') };
}

function permits(name: string, rooms: readonly string[], packages: readonly string[]): string[] {
  return [...rooms, ...packages].map((each) => `${name} may import ${each}`);
}

/** A room may import only what stands above it. */
function tableProblems(table: readonly Room[]): string[] {
  const above = new Set<string>();
  return table.flatMap(({ name, rooms }) => {
    const wrong = rooms.filter((each) => !above.has(each));
    above.add(name);
    return wrong.map((each) => `dev/rooms.ts: ${each} does not stand above ${name}`);
  });
}

function roomOf(file: string, table: readonly Room[]): Room | undefined {
  return table
    .filter(({ name }) => file === name || file.startsWith(`${name}/`))
    .toSorted((one, other) => other.name.length - one.name.length)[0];
}

/** Every module that a source text names: static, dynamic and type imports, and re-exports. */
function importsOf(text: string): string[] {
  const pattern = /(?:^|[\s;}])(?:from|import)\s*\(?\s*'([^']+)'/g;
  const code = text.replace(/\/\*[\s\S]*?\*\//g, '');
  return [...code.matchAll(pattern)].flatMap(([, specifier]) => specifier ?? []);
}

/** The room that an import leads to, or its package. */
function wantedBy(file: string, specifier: string, table: readonly Room[]): string {
  if (specifier.startsWith('node:')) return 'node:';
  if (!specifier.startsWith('.')) {
    return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
  }
  const target = path.posix.join(path.posix.dirname(file), specifier);
  return roomOf(target, table)?.name ?? target;
}

function permitFor({ rooms, packages }: Room, wanted: string): string | undefined {
  return [...rooms, ...packages].find(
    (each) => each === wanted || (each.endsWith('/*') && wanted.startsWith(each.slice(0, -1))),
  );
}
