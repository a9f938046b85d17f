import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

const host = '127.0.0.1';

/** A wire that can be cut at a byte. */
export interface CuttingProxy {
  readonly port: number;
  /** Passes so many bytes on, and then destroys all connections; new ones are let through. */
  readonly cutAt: (byte: number) => void;
  /** How often it was cut. */
  readonly cuts: () => number;
  readonly stop: () => Promise<void>;
}

/** Stands between a client and a server on this machine. */
export async function startCuttingProxy(serverPort: number): Promise<CuttingProxy> {
  const sockets = new Set<Socket>();
  let left = Number.POSITIVE_INFINITY;
  let cuts = 0;
  const destroyAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  const pass = (from: Socket, to: Socket) => {
    sockets.add(from);
    from.setNoDelay(true);
    from.on('data', (bytes) => {
      if (bytes.length < left) {
        left -= bytes.length;
        if (!to.write(bytes)) from.pause();
        return;
      }
      // What was passed on until here arrives, and nothing after it.
      to.write(bytes.subarray(0, left), destroyAll);
      left = Number.POSITIVE_INFINITY;
      cuts += 1;
    });
    to.on('drain', () => from.resume());
    from.on('error', () => undefined);
    from.on('end', () => to.end());
    from.on('close', () => {
      sockets.delete(from);
      to.destroy();
    });
  };
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const upstream = connect({ host, port: serverPort, allowHalfOpen: true });
    pass(client, upstream);
    pass(upstream, client);
  });
  server.listen(0, host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    cutAt: (byte) => {
      left = byte;
    },
    cuts: () => cuts,
    stop: async () => {
      server.close();
      destroyAll();
      await once(server, 'close');
    },
  };
}
