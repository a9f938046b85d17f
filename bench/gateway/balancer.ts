import { type AddressInfo, connect, createServer } from 'node:net';

/** A port in front of several, as in production: the first that takes a connection has it. */
export async function balance(ports: readonly number[]) {
  const server = createServer({ allowHalfOpen: true }, (client) => {
    client.on('error', () => {});
    const next = ([port, ...others]: readonly number[]): void => {
      if (port === undefined) return void client.destroy();
      const upstream = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
      let isConnected = false;
      upstream.once('connect', () => {
        isConnected = true;
        client.pipe(upstream).pipe(client);
      });
      upstream.on('error', () => {
        if (isConnected) client.resetAndDestroy();
        else next(others);
      });
      client.once('close', () => upstream.destroy());
    };
    next(ports);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as AddressInfo).port, stop: () => void server.close() };
}
