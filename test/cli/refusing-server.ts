import { once } from 'node:events';
import { createServer } from 'node:http2';
import type { AddressInfo } from 'node:net';

/** A Temporal server, as far as it needs to be one to keep a client out. */
export interface RefusingServer {
  readonly address: string;
  stop(): void;
}

/**
 * Speaks gRPC as a server does that wants a key: no server that can be started here does.
 *
 * @param code gRPC's: 7 for a permission that is missing, 16 for a key that is not known.
 * @param answered methods that are for everybody: their answer is empty.
 */
export async function startRefusingServer(
  code: 7 | 16,
  answered: readonly string[] = [],
): Promise<RefusingServer> {
  const head = { ':status': 200, 'content-type': 'application/grpc' };
  const server = createServer();
  server.on('stream', (stream, headers) => {
    const method = String(headers[':path']).split('/').at(-1) ?? '';
    if (!answered.includes(method)) {
      const refusal = { 'grpc-status': code, 'grpc-message': 'Request unauthorized.' };
      stream.respond({ ...head, ...refusal }, { endStream: true });
      return;
    }
    stream.respond(head, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': 0 }));
    // A message of no bytes: its five bytes of length.
    stream.end(Buffer.alloc(5));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const sessions = new Set<{ destroy(): void }>();
  server.on('session', (session) => sessions.add(session));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop() {
      for (const session of sessions) session.destroy();
      server.close();
    },
  };
}
