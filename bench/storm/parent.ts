/** What a process of the benchmark and the one that started it tell each other. */
export type Message =
  | { readonly kind: 'ready'; readonly baseUrl?: string }
  | { readonly kind: 'go' | 'report' }
  | { readonly kind: 'stats'; readonly stats: ProviderStats }
  | ({ readonly kind: 'progress' } & Progress);

/** What the provider saw, in milliseconds since the storm's start. */
export interface ProviderStats {
  /** When requests came, whatever became of them. */
  readonly arrivalsMs: readonly number[];
  /** When good answers were sent off. */
  readonly answersMs: readonly number[];
  readonly refusedWhileDown: number;
  readonly rejected: number;
}

/** How far a contender is. */
export interface Progress {
  readonly done: number;
  /** Calls that were given up for good. */
  readonly lost: number;
}

/** Tells the process that started this one. */
export function tellParent(message: Message): void {
  process.send?.(message);
}

/** Listens to the process that started this one, and ends with it. */
export function parentPort(listener: (message: Message) => void): void {
  process.on('message', (message) => listener(message as Message));
  process.once('disconnect', () => process.exit());
}

/** Says that all is set up, and waits for the start. */
export async function readyAndGo(): Promise<void> {
  await new Promise<void>((resolve) => {
    parentPort((message) => message.kind === 'go' && resolve());
    tellParent({ kind: 'ready' });
  });
}

const everyMs = 250;

/** Tells how far it is until all calls have come to their end. */
export async function reportUntilEnd(
  calls: number,
  progress: () => Progress | Promise<Progress>,
): Promise<void> {
  while (true) {
    const { done, lost } = await progress();
    tellParent({ kind: 'progress', done, lost });
    if (done + lost >= calls) return;
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
