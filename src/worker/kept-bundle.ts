import { createHash, randomUUID } from 'node:crypto';
import {
  existsSync,
  readFileSync,
  realpathSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';

/** A bundle of workflows, and what the bundler looked at to make it. */
export interface MadeBundle {
  readonly code: string;
  /** Before the first file was read. */
  readonly sinceMs: number;
  /** Files that were read, and links that were followed. */
  readonly read: Iterable<string>;
  /** Files that were looked for in vain: were one there, it would be in the bundle. */
  readonly missing: Iterable<string>;
}

interface KeptBundle {
  readonly code: string;
  readonly read: Readonly<Record<string, string>>;
  readonly missing: readonly string[];
}

/** Keeps a bundle for the next process. Where that cannot be done, the next one makes it again. */
export function keepBundle(file: string, { code, sinceMs, read, missing }: MadeBundle): void {
  try {
    // The bundler's own entry is in its memory only.
    const inputs = [...read].filter((path) => existsSync(path));
    const kept: KeptBundle = {
      code,
      read: Object.fromEntries(inputs.map((path) => [path, fingerprint(path)])),
      missing: [...missing],
    };
    // Saved while the bundler read: what it was before may be in the bundle, and would stay for good.
    const isLater = (path: string) => {
      const found = statSync(path);
      return found.isFile() && found.ctimeMs >= sinceMs;
    };
    if (!inputs.some(isLater)) writeWhole(file, JSON.stringify(kept));
  } catch {}
}

/** A bundle that was kept, unless the bundler would make another one now. */
export function keptBundle(file: string): { readonly code: string } | undefined {
  try {
    const { code, read, missing }: KeptBundle = JSON.parse(readFileSync(file, 'utf8'));
    const isSame = Object.entries(read).every(([path, was]) => fingerprint(path) === was);
    return isSame && !missing.some((path) => existsSync(path)) ? { code } : undefined;
  } catch {
    // None was kept, or one of its files is gone.
    return undefined;
  }
}

/** Where a path leads, with what is there. */
function fingerprint(path: string): string {
  const hash = createHash('sha256').update(realpathSync(path));
  if (statSync(path).isFile()) hash.update(readFileSync(path));
  return hash.digest('hex').slice(0, 16);
}

/** Several processes may write the file at once: the rename is atomic, so each reads a whole one. */
export function writeWhole(file: string, text: string): void {
  const temporary = `${file}.${randomUUID()}`;
  writeFileSync(temporary, text);
  renameSync(temporary, file);
}
