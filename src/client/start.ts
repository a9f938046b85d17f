import {
  type Client,
  QueryNotRegisteredError,
  ServiceError,
  type Workflow,
  WorkflowExecutionAlreadyStartedError,
  type WorkflowExecutionDescription,
  type WorkflowHandle,
  type WorkflowOptions,
} from '@temporalio/client';
import { TypedSearchAttributes } from '@temporalio/common';
import type { complete } from '../durable/complete.ts';
import { sameInputQuery } from '../durable/messages.ts';
import { catalogue, type Policies } from '../policies/catalogue.ts';
import type { AnyPolicyOverrides } from '../policies/resolve-policies.ts';
import type { CompleteInput } from '../wire/complete-input.ts';
import { fingerprintOf, workflowIdFor } from '../wire/identifiers.ts';
import { assertPayloadFits } from '../wire/payload-limit.ts';
import { holdfastState } from '../wire/search-attributes.ts';
import { defaultTaskQueue } from '../wire/task-queues.ts';
import { ClientError } from './client-error.ts';
import { describeIfThere } from './describe-workflow.ts';
import { readCompleteRequest } from './read-request.ts';

/** What a start is given besides its input. */
export interface StartOptions {
  /** The caller's business key: order number, message id. It becomes the workflow id. */
  readonly id: string;
  /** Where its workers listen. Default: `holdfast`. */
  readonly taskQueue?: string;
  /** Whose call it is: tenants take turns, calls without one share a turn. At most 64 bytes. */
  readonly tenant?: string;
  /** Run again when the earlier execution under this id did not succeed. */
  readonly retryFailed?: boolean;
}

/** A workflow that runs under the id, started now or before. */
export interface Started<T extends Workflow> {
  /** Of Temporal: its `result()`, `query()`, `cancel()`. */
  readonly handle: WorkflowHandle<T>;
  readonly workflowId: string;
  readonly runId: string;
  /** It existed before with the same input; this start did nothing. */
  readonly attached: boolean;
}

/** A workflow's input, where the policies may be left to the catalogue. */
export type StartInput<Input extends { readonly policies: unknown }> = Omit<Input, 'policies'> &
  Partial<Pick<Input, 'policies'>>;

/**
 * Starts `complete`, or attaches to the one that has its id, running or closed.
 *
 * @param input without policies, those of the catalogue rule; `resolvePolicies` changes some.
 * @throws ClientError `IdempotencyKeyReused` when the id exists with another request, `usage` for a
 * request that is none, or a tenant whose name is too long.
 * @throws ApplicationFailure `PayloadTooLarge` before anything is sent.
 */
export function startComplete(
  client: Client,
  { policies = catalogue, ...input }: StartInput<CompleteInput>,
  options: StartOptions,
) {
  readCompleteRequest(input.request);
  // It does no effects: their policies would be four fifths of what each history begins with.
  const { model } = policies;
  const given = { args: [{ ...input, policies: { model } }], identity: input.request };
  return startOnce<typeof complete>(client, 'complete', given, options);
}

/** How one start of a workflow of an application differs from others. */
export interface StartWorkflowOptions extends StartOptions {
  /** Overrides of policies, by name; the worker checks them. */
  readonly policies?: AnyPolicyOverrides | Policies;
  /** What makes it the same workflow; the whole input by default. */
  readonly identity?: unknown;
}

/** The name that a workflow is started by: of one that `workflow('triage', ...)` made, `'triage'`. */
export type WorkflowName<T extends Workflow> = T extends {
  readonly workflowName: infer Name extends string;
}
  ? Name
  : string;

/**
 * Starts a workflow of an application, or attaches to the one that has its id, running or closed. A
 * workflow that declares an identity is asked whether another input is the same to it.
 *
 * With the workflow's type, name, input and result are checked, and nothing of it is loaded:
 *
 * ```ts
 * import type { triage } from './workflows.ts';
 *
 * const { handle } = await startWorkflow<typeof triage>(client, 'triage', ticket, { id: 'T-1042' });
 * ```
 *
 * @throws ClientError `IdempotencyKeyReused` when the id exists with other input, `unreachable` where a
 * worker must be asked whether it is another and none answers, `usage` for a tenant's name too long.
 * @throws ApplicationFailure `PayloadTooLarge` before anything is sent.
 */
export function startWorkflow<T extends Workflow>(
  client: Client,
  workflowType: WorkflowName<T>,
  input: Parameters<T>[0],
  { policies, identity, ...options }: StartWorkflowOptions,
): Promise<Started<T>> {
  const args = policies === undefined ? [input] : [input, { policies }];
  const isSame = (handle: WorkflowHandle) =>
    client
      .withDeadline(Date.now() + queryTimeoutMs, () => handle.query(sameInputQuery, input))
      .catch((error: unknown) => {
        // A workflow without an identity of its own has no such query.
        if (error instanceof QueryNotRegisteredError) return false;
        throw new ClientError(
          'unreachable',
          `${handle.workflowId} exists, and no worker says whether with the same input; try again when a worker serves it`,
          { cause: error },
        );
      });
  const given = identity === undefined ? { identity: input, isSame } : { identity };
  return startOnce(client, workflowType, { args, ...given }, options);
}

/** What a workflow is started with. */
export interface StartOnceInput {
  readonly args: readonly unknown[];
  /** What its fingerprint is made of. */
  readonly identity: unknown;
  /** Asked of a workflow of the same type with another fingerprint. */
  readonly isSame?: (handle: WorkflowHandle) => Promise<boolean>;
}

const queryTimeoutMs = 5000;

/**
 * Starts a workflow at most once under its id. An id that exists with the same identity attaches to
 * that execution, running or closed, and its result; policies are no part of the identity.
 *
 * @throws ClientError `IdempotencyKeyReused` when the id exists with another one.
 * @throws ApplicationFailure `PayloadTooLarge` before anything is sent.
 */
export async function startOnce<T extends Workflow>(
  client: Client,
  workflowType: string,
  { args, identity, isSame }: StartOnceInput,
  { id, taskQueue = defaultTaskQueue, tenant, retryFailed = false }: StartOptions,
): Promise<Started<T>> {
  assertPayloadFits('the input', args);
  assertTenant(tenant);
  const workflowId = workflowIdFor(id);
  const fingerprint = fingerprintOf([workflowType, identity]);
  const start = (found: FoundBy) =>
    client.workflow.start<Workflow>(workflowType, {
      workflowId,
      taskQueue,
      args: [...args],
      memo: { fingerprint },
      ...(tenant !== undefined && { priority: { fairnessKey: tenant } }),
      workflowIdConflictPolicy: 'FAIL',
      workflowIdReusePolicy: retryFailed ? 'ALLOW_DUPLICATE_FAILED_ONLY' : 'REJECT_DUPLICATE',
      ...found,
    });
  const startedAs = (runId: string, attached: boolean): Started<T> => ({
    handle: client.workflow.getHandle<T>(workflowId, runId),
    workflowId,
    runId,
    attached,
  });
  if (retryFailed) await assertSame(client, workflowId, workflowType, fingerprint, isSame);
  try {
    return startedAs((await startFindable(start)).firstExecutionRunId, false);
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    const existing = await assertSame(client, workflowId, workflowType, fingerprint, isSame);
    return startedAs(existing?.runId ?? '', true);
  }
}

/**
 * The execution that exists under the id, or `undefined`.
 *
 * @throws ClientError `IdempotencyKeyReused` when it is of another request.
 */
async function assertSame(
  client: Client,
  workflowId: string,
  workflowType: string,
  fingerprint: string,
  isSame: StartOnceInput['isSame'],
): Promise<WorkflowExecutionDescription | undefined> {
  const handle = client.workflow.getHandle(workflowId);
  const existing = await describeIfThere(client, workflowId);
  if (existing && existing.memo?.fingerprint !== fingerprint) {
    if (existing.type === workflowType && (await isSame?.(handle))) return existing;
    throw new ClientError(
      'IdempotencyKeyReused',
      `${workflowId} exists with other input (${existing.memo?.fingerprint ?? 'not started by Holdfast'}, ` +
        `now ${fingerprint}); use another id, or the same input to attach`,
    );
  }
  return existing;
}

type FoundBy = Pick<WorkflowOptions, 'typedSearchAttributes'>;

/**
 * Starts a workflow that lists find by its state. A server that no worker has connected to yet does not
 * know the attribute: there it starts without.
 */
export async function startFindable<T>(start: (found: FoundBy) => Promise<T>): Promise<T> {
  const state = { key: holdfastState, value: 'running' };
  try {
    return await start({ typedSearchAttributes: new TypedSearchAttributes([state]) });
  } catch (error) {
    const { cause } = error instanceof ServiceError ? error : {};
    if (cause instanceof Error && cause.message.includes(holdfastState.name)) return start({});
    throw error;
  }
}

/** Temporal's own limit of a fairness key. */
const maximumTenantBytes = 64;

/**
 * Checks the length of a tenant's name.
 *
 * @throws ClientError `usage`
 */
export function assertTenant(tenant: string | undefined): void {
  if (tenant === undefined || Buffer.byteLength(tenant) <= maximumTenantBytes) return;
  throw new ClientError(
    'usage',
    `a tenant has at most ${maximumTenantBytes} bytes; this one has ${Buffer.byteLength(tenant)}`,
  );
}
