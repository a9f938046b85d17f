import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  Busboy,
  type BusboyFileStream,
  type BusboyHeaders,
  type BusboyInstance,
} from '@fastify/busboy';
import type { FileStore } from '../../batch/files/file-store.ts';
import type { StoredFile } from '../../batch/files/file-tables.ts';
import { NotForwardable } from '../../calls/forward/read-incoming.ts';
import { unhurried } from '../run/listen.ts';
import { keptMsOf } from './expires-after.ts';

/** Bytes that are stored together, and so many of a file are in memory. */
const partBytes = 1024 * 1024;

/** What a form has around its file, at most. */
const formBytes = 64 * 1024;

/** What an upload is taken with. */
export interface UploadOptions {
  readonly files: FileStore;
  readonly maximumFileBytes: number;
  /** A client that sends nothing for so long is gone. */
  readonly patienceMs: number;
}

/**
 * Stores the file of a multipart form as it comes; nobody sees it before all of it is there.
 *
 * @throws NotForwardable for a form without file or purpose, and a file that is too large.
 */
export async function storeUpload(
  incoming: IncomingMessage,
  tenant: string,
  { files, maximumFileBytes, patienceMs }: UploadOptions,
): Promise<StoredFile> {
  const length = Number(incoming.headers['content-length'] ?? 0);
  if (length > maximumFileBytes + formBytes) throw tooLarge(maximumFileBytes);
  const id = `file-${randomBytes(12).toString('hex')}`;
  const fields = new Map<string, string>();
  let saving: Promise<{ filename: string; bytes: number } | undefined> = Promise.resolve(undefined);
  let content: Readable | undefined;
  const form = formOf(incoming, maximumFileBytes);
  form.on('field', (name, value) => fields.set(name, value));
  form.on('file', (name, stream, filename) => {
    if (name !== 'file') return stream.resume();
    content = stream;
    saving = save(stream, filename);
    // Awaited below: until then nobody else hears of it.
    saving.catch((error) => error instanceof NotForwardable || incoming.destroy(error));
  });
  using _ = unhurried(incoming, patienceMs);
  try {
    await pipeline(incoming, form).catch((error: unknown) => {
      content?.destroy();
      throw error instanceof NotForwardable ? error : notWhole();
    });
    const saved = await saving;
    if (!saved) throw new NotForwardable('the form has no file', 400, 'file');
    if (fields.get('purpose') !== 'batch') {
      throw new NotForwardable('the purpose must be batch: others are not kept', 400, 'purpose');
    }
    const keptMs = keptMsOf(fields.get('expires_after[anchor]'), fields.get(secondsField));
    return await files.whole(id, { ...saved, ...(keptMs !== undefined && { keptMs }) });
  } catch (error) {
    await saving.catch(() => {});
    await files.remove(id);
    throw error;
  }

  async function save(stream: BusboyFileStream, filename: string) {
    await files.begin({ id, tenant });
    let bytes = 0;
    let nth = 0;
    let together: Buffer[] = [];
    let size = 0;
    const flush = async () => {
      if (size > 0) await files.addPart(id, nth, Buffer.concat(together));
      nth += 1;
      together = [];
      size = 0;
    };
    for await (const chunk of stream) {
      together.push(chunk);
      size += chunk.length;
      bytes += chunk.length;
      if (size >= partBytes) await flush();
    }
    // What is larger was cut by the parser; the rest is read, or its client would not hear why.
    if (stream.truncated) throw tooLarge(maximumFileBytes);
    await flush();
    return { filename, bytes };
  }
}

const secondsField = 'expires_after[seconds]';

function formOf(incoming: IncomingMessage, maximumFileBytes: number): BusboyInstance {
  try {
    return new Busboy({
      headers: incoming.headers as BusboyHeaders,
      limits: { fileSize: maximumFileBytes, files: 1, fields: 10, fieldSize: 1000, parts: 12 },
    });
  } catch (error) {
    throw new NotForwardable(`the body is no multipart form: ${(error as Error).message}`);
  }
}

const tooLarge = (maximumBytes: number) =>
  new NotForwardable(`a file may have ${maximumBytes} bytes`, 413, 'file');
const notWhole = () => new NotForwardable('the file did not come whole', 400, 'file');
