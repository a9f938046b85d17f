import { createHash, randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import type { NewClientBatch } from '../../batch/files/client-batch-store.ts';
import type { ClientBatch } from '../../batch/files/file-tables.ts';
import { NotForwardable } from '../../calls/forward/read-incoming.ts';
import { readBody } from '../incoming/read-body.ts';
import { idempotencyKeyIn, retryCountIn } from '../once.ts';
import type { GatewayKey } from '../store/key-store.ts';
import { batchObject } from './batch-object.ts';
import type { Batching } from './batching.ts';
import { listObject, pageOf } from './pages.ts';
import { readBatchRequest } from './read-batch-request.ts';

type Asked = Context<{ Bindings: HttpBindings }>;

const maximumBodyBytes = 64 * 1024;

/** `/v1/batches`, as OpenAI documents it: each a batch of ours, whose lines are paid for once. */
export function createBatchRoutes({ clients, batches, files, start, cancel }: Batching) {
  async function find(context: Asked, { tenant }: GatewayKey): Promise<ClientBatch> {
    const id = context.req.param('id') ?? '';
    const found = await clients.read(id);
    if (found?.tenant === tenant) return found;
    throw new NotForwardable(`there is no batch ${id}`, 404, 'id');
  }

  const shown = async (batch: ClientBatch) => batchObject(batch, await batches.read(batch.id));

  /** A client that asks again after its connection broke gets the batch that it made. */
  async function findOrCreate(context: Asked, asked: NewClientBatch): Promise<ClientBatch> {
    const { headers } = context.env.incoming;
    const idempotencyKey = idempotencyKeyIn(headers);
    const again =
      idempotencyKey !== null
        ? await clients.read(asked.id)
        : retryCountIn(headers) > 0
          ? await clients.latestLike(asked)
          : undefined;
    if (!again) return clients.create(asked);
    if (again.input_file_id === asked.input_file_id && again.endpoint === asked.endpoint) {
      return again;
    }
    throw new NotForwardable(
      `the Idempotency-Key ${idempotencyKey} belongs to another batch`,
      422,
      'Idempotency-Key',
    );
  }

  return {
    async create(context: Asked, key: GatewayKey): Promise<Response> {
      const incoming = context.env.incoming as IncomingMessage;
      const asked = readBatchRequest(await readBody(incoming, maximumBodyBytes));
      if (!(await files.find(key.tenant, asked.input_file_id))) {
        throw new NotForwardable(`there is no file ${asked.input_file_id}`, 404, 'input_file_id');
      }
      const { models, budget } = key.limits;
      const batch = await findOrCreate(context, {
        ...{ ...asked, tenant: key.tenant, id: idFor(key, idempotencyKeyIn(incoming.headers)) },
        models: models === undefined ? null : JSON.stringify(models),
        ...(budget && { budget: { ...budget, keyId: key.id } }),
      });
      // Temporal may be away: what is committed is started later.
      if (batch.state === 'validating') void start(batch);
      return context.json(await shown(batch));
    },
    async list(context: Asked, key: GatewayKey): Promise<Response> {
      const limits = { usual: 20, most: 100 };
      const page = await clients.list(pageOf(context.req.query(), key.tenant, limits));
      return context.json(listObject(await Promise.all(page.rows.map(shown)), page));
    },
    async retrieve(context: Asked, key: GatewayKey): Promise<Response> {
      return context.json(await shown(await find(context, key)));
    },
    /** What is under way ends first; what has ended stays as it is. */
    async cancel(context: Asked, key: GatewayKey): Promise<Response> {
      const batch = await find(context, key);
      if (await clients.cancelling(batch.id)) void cancel(batch);
      return context.json(await shown((await clients.read(batch.id)) ?? batch));
    },
  };
}

/** The client's key names it, where it sends one. */
function idFor({ tenant }: GatewayKey, idempotencyKey: string | null): string {
  if (idempotencyKey === null) return `batch_${randomBytes(12).toString('hex')}`;
  const hash = createHash('sha256').update(JSON.stringify([tenant, idempotencyKey]));
  return `batch_${hash.digest('hex').slice(0, 24)}`;
}
