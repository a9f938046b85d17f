import type { IncomingMessage } from 'node:http';
import { NotForwardable } from '../../calls/forward/read-incoming.ts';

/**
 * Reads a request's body, with a limit on its size. The server's own `requestTimeout` ends one that
 * comes too slowly.
 *
 * @throws NotForwardable 413 for one that is too large, 400 for one that its client cut off.
 */
export async function readBody(incoming: IncomingMessage, maximumBytes: number): Promise<Buffer> {
  const tooLarge = () => new NotForwardable(`the body may have ${maximumBytes} bytes`, 413);
  if (Number(incoming.headers['content-length'] ?? 0) > maximumBytes) throw tooLarge();
  const parts: Buffer[] = [];
  let size = 0;
  try {
    for await (const part of incoming) {
      size += part.length;
      if (size > maximumBytes) throw tooLarge();
      parts.push(part);
    }
  } catch (error) {
    if (error instanceof NotForwardable) throw error;
    throw new NotForwardable('the body did not come whole');
  }
  return Buffer.concat(parts);
}
