import type { IncomingMessage } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
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
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT' && mayTakeLonger.has(socket)) return;
    const status = refusals[error.code ?? ''] ?? '400 Bad Request';
    const isAnswered = socket.bytesWritten > 0 || !socket.writable;
    if (!isAnswered) socket.write(`HTTP/1.1 ${status}\r\nConnection: close\r\n\r\n`);
    socket.destroy(error);
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

/** As Node itself answers, where nobody listens. */
const refusals: Readonly<Record<string, string>> = {
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
};

const mayTakeLonger = new WeakSet<Socket>();

/** A request that is large may take its time, as long as something comes of it all the while. */
export function unhurried(incoming: IncomingMessage, patienceMs: number): Disposable {
  const { socket } = incoming;
  mayTakeLonger.add(socket);
  socket.setTimeout(patienceMs, () => socket.destroy());
  return {
    [Symbol.dispose]() {
      mayTakeLonger.delete(socket);
      socket.setTimeout(0);
    },
  };
}
