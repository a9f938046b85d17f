import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { completion } from '../storm/completion.ts';
import { parentPort, tellParent } from '../storm/parent.ts';

/** A provider that answers after 50 ms, in a process of its own. */
const answerMs = 50;

const server = createServer((request, response) => {
  request.resume();
  request.once('end', () =>
    setTimeout(() => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(completion));
    }, answerMs),
  );
});
server.keepAliveTimeout = 600_000;
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  tellParent({ kind: 'ready', baseUrl: `http://127.0.0.1:${port}/v1` });
});
parentPort(() => {});
