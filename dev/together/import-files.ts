import path from 'node:path';

/** The files of each group that run this time, by the group's name, for the processes of the groups. */
export const filesVariable = 'TEST_FILES_TOGETHER';

/** Loads the test files of a group, each of which is reported by its own name. */
export async function importFiles(group: string): Promise<void> {
  const groups: Record<string, readonly string[]> = JSON.parse(process.env[filesVariable] ?? '{}');
  const root = path.join(import.meta.dirname, '..', '..');
  for (const file of groups[group] ?? []) await import(path.join(root, file));
}
