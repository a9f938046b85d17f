/** A mistake of the test itself, such as a double that is not there: told at once, whoever waits. */
export interface Trouble {
  /** Keeps the first mistake, and returns it. */
  readonly report: (error: Error) => Error;
  /** Rejects with it. */
  readonly reported: Promise<never>;
  /** It, where nobody has been told yet. */
  readonly untold: () => Error | undefined;
  /** Somebody was told. */
  readonly told: () => void;
}

/** Makes the place where mistakes of a test are kept. */
export function watchTrouble(): Trouble {
  const { promise, reject } = Promise.withResolvers<never>();
  promise.catch(() => {});
  let first: Error | undefined;
  let isTold = false;
  return {
    report(error) {
      first ??= error;
      reject(first);
      return error;
    },
    reported: promise,
    untold: () => (isTold ? undefined : first),
    told: () => {
      isTold = true;
    },
  };
}

/** Whatever was thrown, as an error. */
export function errorFrom(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
