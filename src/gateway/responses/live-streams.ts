/** How a stream ended, as far as it came into this process. */
export type LiveEnd = 'whole' | 'broken';

interface Live {
  readonly pieces: Uint8Array[];
  readonly readers: Set<() => void>;
  end?: LiveEnd;
}

/** The streams in the background that come into this process. */
export type LiveStreams = ReturnType<typeof createLiveStreams>;

/**
 * Gives streams to readers who come while they do. What is given is kept for the record anyway; each
 * reader takes it at its own pace.
 */
export function createLiveStreams() {
  const streams = new Map<string, Live>();
  return {
    /** Of two ends the first counts. */
    begin(id: string) {
      const live: Live = { pieces: [], readers: new Set() };
      streams.set(id, live);
      const wake = () => {
        for (const each of live.readers) each();
      };
      return {
        push(bytes: Uint8Array): void {
          live.pieces.push(bytes);
          wake();
        },
        end(how: LiveEnd): void {
          live.end ??= how;
          streams.delete(id);
          wake();
        },
      };
    },

    /** Reads one from its beginning to its end. @returns nothing where nothing of it came. */
    async read(
      id: string,
      take: (bytes: Uint8Array) => Promise<void>,
      signal: AbortSignal,
    ): Promise<LiveEnd | undefined> {
      const live = streams.get(id);
      if (!live) return undefined;
      for (let at = 0; !signal.aborted; ) {
        const piece = live.pieces[at];
        if (piece) {
          at += 1;
          await take(piece);
        } else if (live.end) return at === 0 ? undefined : live.end;
        else await changed(live, signal);
      }
      return 'broken';
    },
  };
}

function changed({ readers }: Live, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const wake = () => {
      readers.delete(wake);
      signal.removeEventListener('abort', wake);
      resolve();
    };
    readers.add(wake);
    signal.addEventListener('abort', wake);
  });
}
