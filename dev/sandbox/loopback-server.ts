import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** One HTTP request, its body read, with the answer still to be given. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly method: string;
  readonly url: URL;
  readonly body: Buffer;
  /** Aborted when the client goes away before its answer is complete; not when we hang up. */
  readonly clientGone: AbortSignal;
  /** Destroys the connection from our side. */
  hangUp(): void;
}

/** A server on 127.0.0.1. */
export interface LoopbackServer {
  /** `http://127.0.0.1:<port>`, without a slash at the end. */
  readonly origin: string;
  readonly port: number;
  /** Ends every connection, also those left hanging, then the server. */
  stop(): Promise<void>;
}

/**
 * Starts an HTTP server on 127.0.0.1 that hands over each request with its body read. What
 * `handle` throws becomes a 500 that says so: a mistake in a test's script must not look like a
 * timeout.
 */
export async function startLoopbackServer(options: {
  readonly handle: (exchange: Exchange) => Promise<void>;
  /** 0, the default, takes a free port. */
  readonly port?: number;
}): Promise<LoopbackServer> {
  let stopping = false;
  const server = createServer((request, response) => {
    const client = new AbortController();
    let hungUp = false;
    response.once('close', () => {
      if (!response.writableFinished && !hungUp && !stopping) client.abort();
    });
    const hangUp = () => {
      hungUp = true;
      request.socket.destroy();
    };
    buffer(request)
      .then((body) =>
        options.handle({
          request,
          response,
          method: request.method ?? 'GET',
          url: new URL(request.url ?? '/', 'http://127.0.0.1'),
          body,
          clientGone: client.signal,
          hangUp,
        }),
      )
      .catch((error: unknown) => {
        if (response.headersSent || response.destroyed) return hangUp();
        response.writeHead(500, { 'content-type': 'text/plain; charset=utf-8' });
        response.end(`The sandbox failed: ${error instanceof Error ? error.stack : String(error)}`);
      });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    port,
    stop: () =>
      new Promise<void>((resolve) => {
        stopping = true;
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
