/** A mistake of the test itself, such as a double that is not there: told at once, whoever waits. */
export type Trouble = ReturnType<typeof watchTrouble>;

/** Makes the place where mistakes of a test are kept. */
export function watchTrouble() {
  const { promise, reject } = Promise.withResolvers<never>();
  promise.catch(() => {});
  let first: Error | undefined;
  let isTold = false;
  return {
    /** Keeps the first mistake, and returns it. */
    report(error: Error): Error {
      first ??= error;
      reject(first);
      return error;
    },
    /** Rejects with it. */
    reported: promise,
    /** It, where nobody has been told yet. */
    untold: () => (isTold ? undefined : first),
    /** Somebody was told. */
    told: () => {
      isTold = true;
    },
  };
}

/** Whatever was thrown, as an error. */
export function errorFrom(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
