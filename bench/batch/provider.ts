import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

// A provider that answers at once, in a process of its own; GET says what it has seen.

let requests = 0;
let firstMs = 0;
let lastMs = 0;
const answer = JSON.stringify({
  ...{ id: 'c', object: 'chat.completion', created: 1, model: 'm' },
  choices: [
    { index: 0, message: { role: 'assistant', content: 'Where it is.' }, finish_reason: 'stop' },
  ],
  usage: { prompt_tokens: 20, completion_tokens: 4, total_tokens: 24 },
});

const server = createServer((request, response) => {
  response.setHeader('content-type', 'application/json');
  if (request.method === 'GET') {
    response.end(JSON.stringify({ requests, seconds: (lastMs - firstMs) / 1000 }));
    [requests, firstMs] = [0, 0];
    return;
  }
  request.resume().on('end', () => {
    requests += 1;
    lastMs = performance.now();
    firstMs ||= lastMs;
    response.end(answer);
  });
});
server.keepAliveTimeout = 600_000;
server.listen(0, '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`);
});
