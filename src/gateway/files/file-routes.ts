import { Readable } from 'node:stream';
import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import { resultsOf } from '../../batch/files/end-client-batch.ts';
import type { StoredFile } from '../../batch/files/file-tables.ts';
import { resultLine } from '../../batch/output/result-line.ts';
import { NotForwardable } from '../../calls/forward/read-incoming.ts';
import type { GatewayKey } from '../store/key-store.ts';
import type { Batching } from './batching.ts';
import { listObject, pageOf, secondsOf } from './pages.ts';
import { storeUpload } from './upload.ts';

type Asked = Context<{ Bindings: HttpBindings }>;

/** `/v1/files`, as OpenAI documents it, for files of batches. */
export function createFileRoutes(
  { files, batches, maximumFileBytes }: Batching,
  { patienceMs }: { readonly patienceMs: number },
) {
  async function find(context: Asked, { tenant }: GatewayKey): Promise<StoredFile> {
    const id = context.req.param('id') ?? '';
    const file = await files.find(tenant, id);
    if (!file) throw new NotForwardable(`there is no file ${id}`, 404, 'id');
    return file;
  }

  /** Results are stored once, as lines. */
  async function* contentOf({ id, batch_id, part }: StoredFile): AsyncGenerator<Uint8Array> {
    const batch = batch_id === null ? undefined : await batches.read(batch_id);
    if (!batch) {
      yield* files.parts(id);
      return;
    }
    for await (const result of resultsOf(batches, batch)) {
      if (result.state === part) yield Buffer.from(resultLine(batch.id, result));
    }
  }

  return {
    async create(context: Asked, key: GatewayKey): Promise<Response> {
      const options = { files, maximumFileBytes, patienceMs };
      const file = await storeUpload(context.env.incoming as never, key.tenant, options);
      return context.json(fileObject(file));
    },
    async list(context: Asked, key: GatewayKey): Promise<Response> {
      const query = context.req.query();
      const page = await files.list(pageOf(query, key.tenant, pageLimits), query.purpose);
      return context.json(listObject(page.rows.map(fileObject), page));
    },
    async retrieve(context: Asked, key: GatewayKey): Promise<Response> {
      return context.json(fileObject(await find(context, key)));
    },
    async content(context: Asked, key: GatewayKey): Promise<Response> {
      const file = await find(context, key);
      const body = Readable.toWeb(Readable.from(contentOf(file), { objectMode: false }));
      return new Response(body as ReadableStream, {
        headers: { 'content-type': 'application/octet-stream' },
      });
    },
    async remove(context: Asked, key: GatewayKey): Promise<Response> {
      const { id } = await find(context, key);
      await files.remove(id);
      return context.json({ id, object: 'file', deleted: true });
    },
  };
}

const pageLimits = { usual: 10_000, most: 10_000 };

function fileObject({ id, bytes, created_at_ms, expires_at_ms, filename, purpose }: StoredFile) {
  return {
    ...{ id, object: 'file', bytes: Number(bytes), created_at: secondsOf(created_at_ms) },
    ...(expires_at_ms !== null && { expires_at: secondsOf(expires_at_ms) }),
    ...{ filename, purpose, status: 'processed' },
  };
}
