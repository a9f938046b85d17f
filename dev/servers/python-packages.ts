import { existsSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { cacheFolder, withCacheLock } from '../../src/servers/cache.ts';

/** A Python with a package, or why there is none. */
export type PythonWith = { readonly python: string } | { readonly reason: string };

/**
 * A Python that has one package from the registry, in an environment of its own in the user's cache:
 * installed once, nothing of the machine's own Python is changed.
 *
 * @param requirement as pip reads it, the version pinned: `openai==3.57.0`.
 */
export async function pythonWith(requirement: string): Promise<PythonWith> {
  const cache = path.join(cacheFolder(process.env), 'python');
  const name = requirement.replaceAll(/[^\w.-]+/g, '-');
  const folder = path.join(cache, name);
  const python = path.join(folder, 'bin', 'python');
  const whole = path.join(folder, 'whole');
  return withCacheLock(
    cache,
    name,
    () => {},
    async () => {
      if (existsSync(whole)) return { python };
      // What an install that was cut short has left.
      await rm(folder, { recursive: true, force: true });
      const made = await run('python3', ['-m', 'venv', folder]);
      if (made) return { reason: `python3 makes no environment here: ${made}` };
      const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
      const failed = await run(python, [...pip, '--timeout=15', '--retries=1', requirement]);
      if (failed) return { reason: `pip cannot install ${requirement}: ${failed}` };
      writeFileSync(whole, '');
      return { python };
    },
  );
}

/** @returns what went wrong, in the program's last words. */
async function run(file: string, args: readonly string[]): Promise<string | undefined> {
  const { failed, stderr, message } = await execa(file, args, {
    ...{ reject: false, stdin: 'ignore', stdout: 'ignore' },
  });
  return failed ? (stderr?.trim().split('\n').at(-1) ?? message ?? 'it fails') : undefined;
}
