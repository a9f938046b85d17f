import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';

/** A server that listens. */
export interface Listening {
  readonly port: number;
  /** Takes no new requests and waits for those that are open, at most so long. */
  readonly close: (graceMs: number) => Promise<void>;
}

/**
 * Listens for requests; clients that send slowly, or heads without end, hold nothing for long.
 *
 * @param slowMs a request that takes longer is refused with 408; its head may take half of it.
 */
export async function listen(
  fetch: Parameters<typeof createAdaptorServer>[0]['fetch'],
  { host, port, slowMs }: { readonly host: string; readonly port: number; readonly slowMs: number },
): Promise<Listening> {
  const server = createAdaptorServer({
    fetch,
    overrideGlobalObjects: false,
    serverOptions: {
      requestTimeout: slowMs,
      headersTimeout: slowMs / 2,
      // How often it is looked for slow ones: by default so rarely that they last twice as long.
      connectionsCheckingInterval: slowMs / 10,
      maxHeaderSize: 32 * 1024,
    },
  });
  await new Promise<void>((done, failed) => {
    server.once('error', failed);
    server.listen(port, host, done);
  });
  const closeAll = () => {
    if ('closeAllConnections' in server) server.closeAllConnections();
  };
  return {
    port: (server.address() as AddressInfo).port,
    async close(graceMs) {
      const closed = new Promise<void>((done) => server.close(() => done()));
      if ('closeIdleConnections' in server) server.closeIdleConnections();
      const over = setTimeout(closeAll, graceMs);
      await closed;
      clearTimeout(over);
    },
  };
}
