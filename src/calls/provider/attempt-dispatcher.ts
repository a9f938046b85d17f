/** Where Node's `fetch` keeps what sends its requests; packages of undici use the same place. */
const globalDispatcher = Symbol.for('undici.globalDispatcher.1');

/** As much of undici's dispatcher as this needs. */
interface Dispatcher {
  readonly dispatch: (options: object, handler: unknown) => boolean;
}

/**
 * An option for Node's `fetch`: without it a request ends when no header, or nothing more of a body, has
 * come for five minutes. How long an attempt may take is its policy's to say, and models think longer.
 * All else stays: the connections, and a proxy that the process was started with.
 */
export const withoutFetchTimeouts: object = {
  dispatcher: {
    dispatch: (options, handler) => {
      const dispatcher = Reflect.get(globalThis, globalDispatcher) as Dispatcher;
      return dispatcher.dispatch({ ...options, headersTimeout: 0, bodyTimeout: 0 }, handler);
    },
  } satisfies Dispatcher,
};
