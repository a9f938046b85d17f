import type { Progress } from './progress.mjs';

/**
 * A program that Holdfast needs on the machine, and every way to get it.
 * The order: variable, PATH, cache, the SDK's download, build.
 */
export interface Program {
  /** For people: "the Temporal dev server". */
  readonly title: string;
  /** The environment variable that names an executable and outranks everything else. */
  readonly variable: string;
  /** The name looked for on PATH. */
  readonly command: string;
  /** Folder in the cache, with the version, so that an upgrade never finds an old build. */
  readonly cacheName: string;
  /** Which of the SDK's downloads this is; without: none, it is built. */
  readonly sdkDownload?: 'dev-server' | 'time-skipping';
  /** Shown while it builds: short, since the seconds and the last word stand behind it in one line. */
  readonly buildLabel: string;
  /** Said before: how long it takes, and what spares it. */
  readonly buildNote: string;
  /**
   * Builds an executable named `command` in `folder`, which is private to this build.
   * @throws ProgramMissingError when a tool or the network is missing.
   */
  build(folder: string, progress: Progress): Promise<void>;
}

/** A program cannot be had; the message is whole and names the fix. */
export class ProgramMissingError extends Error {
  override readonly name = 'ProgramMissingError';
}
