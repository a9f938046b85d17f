import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { completion } from '../storm/completion.ts';
import { parentPort, tellParent } from '../storm/parent.ts';

/** A provider whose address says after how many milliseconds it answers: `/50/v1/chat/completions`. */
const answer = JSON.stringify(completion);
const server = createServer((request, response) => {
  request.resume();
  request.once('end', () => {
    const delayMs = Number(request.url?.split('/')[1]);
    const reply = () => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(answer);
    };
    if (delayMs > 0) setTimeout(reply, delayMs);
    else reply();
  });
});
server.keepAliveTimeout = 600_000;
server.listen(0, '127.0.0.1', 4096, () => {
  const { port } = server.address() as AddressInfo;
  tellParent({ kind: 'ready', baseUrl: `http://127.0.0.1:${port}` });
});
parentPort(() => {});
