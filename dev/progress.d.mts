/** A running display, ended by exactly one of `done` and `failed`. */
export interface Progress {
  /** What is happening at the moment, shown behind the elapsed seconds. */
  say(word: string): void;
  done(): void;
  failed(): void;
}

/** Shows `label` with its elapsed seconds until ended; `stream` is stderr unless given. */
export function startProgress(label: string, stream?: NodeJS.WriteStream): Progress;
