import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';

/** The prompt of a line, counted from 1. */
export function promptOf(nth: number): string {
  return `Message ${nth}: I ordered the brass desk lamp on Monday. Where is it, and when will it come?`;
}

/** Writes a file of so many requests. */
export async function writeLines(file: string, lines: number): Promise<void> {
  const stream = createWriteStream(file);
  for (let nth = 1; nth <= lines; nth += 1) {
    const messages = [{ role: 'user', content: promptOf(nth) }];
    const line = { custom_id: `m-${nth}`, method: 'POST', url: '/v1/chat/completions' };
    const text = JSON.stringify({ ...line, body: { model: 'bench:m', messages } });
    if (!stream.write(`${text}\n`)) await once(stream, 'drain');
  }
  stream.end();
  await once(stream, 'close');
}

/** The prompts of such a file, in order. */
export async function promptsIn(file: string): Promise<string[]> {
  const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line).body.messages[0].content);
}
