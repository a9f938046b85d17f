import { request } from 'node:http';
import type { Reply } from '../calls/literal-server.ts';
import { until } from '../support/until.ts';

const event = (choice: object) =>
  `data: ${JSON.stringify({ choices: [{ index: 0, ...choice }] })}\n\n`;
const last = event({ delta: {}, finish_reason: 'stop' });
const atOnce = 100;

/** Streams that have begun, and of which nothing more comes until they are ended, all at once. */
export function createIdleStreams(provider: { readonly answer: (reply: Reply) => void }) {
  const ends: (() => void)[] = [];
  const texts: Promise<string>[] = [];
  return {
    /** Opens so many, each on a connection of its own. */
    async open(url: string, bodyOf: () => string, streams: number): Promise<void> {
      provider.answer((_, response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write(event({ delta: { content: 'first' } }));
        ends.push(() => response.end(last));
      });
      while (texts.length < streams) {
        for (let nth = 0; nth < atOnce; nth += 1) texts.push(read(url, bodyOf()));
        await until(async () => ends.length === texts.length || undefined);
      }
    },
    /** @returns how many came to their clients from the first piece to the last. */
    async end(): Promise<number> {
      let whole = 0;
      while (texts.length > 0) {
        for (const end of ends.splice(0, atOnce)) end();
        const ended = await Promise.all(texts.splice(0, atOnce));
        whole += ended.filter((text) => text.includes('first') && text.endsWith(last)).length;
      }
      return whole;
    },
  };
}

/** By the client that costs least. */
function read(url: string, body: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = request(
      `${url}/v1/chat/completions`,
      { method: 'POST', agent: false, headers: { 'content-length': body.length } },
      (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (part: string) => {
          text += part;
        });
        answer.on('end', () => resolve(text)).on('error', reject);
      },
    );
    asked.on('error', reject).end(body);
  });
}
