import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ServiceError, WorkflowNotFoundError } from '@temporalio/client';
import { explainError } from '../../src/cli/explain-error.ts';
import { asClientError, ClientError } from '../../src/client/client-error.ts';

/** An error as the client wraps what gRPC says. */
const grpc = (code: number, message: string) =>
  new ServiceError('Failed', { cause: Object.assign(new Error(message), { code }) });

const rows: [what: string, error: unknown, kind: string, exitCode: number, words: RegExp][] = [
  ['ours', new ClientError('usage', 'as it is'), 'usage', 2, /^as it is$/],
  [
    'closed in between',
    new WorkflowNotFoundError('workflow execution already completed', 'order-7', undefined),
    ...(['not found', 4, /^order-7 is closed meanwhile, or gone$/] as const),
  ],
  [
    'the cap of updates',
    grpc(8, 'limit on number of total updates has been reached'),
    ...(['unreachable', 3, /takes no more of these for order-7 now \(limit on number/] as const),
  ],
  ['a server that is away', grpc(14, 'no connection'), 'unreachable', 3, /did not answer/],
  [
    'no such namespace',
    Object.assign(new Error("Namespace not found: 'x'"), { name: 'NamespaceNotFoundError' }),
    ...(['usage', 2, /set TEMPORAL_NAMESPACE$/] as const),
  ],
  ['whatever else', grpc(9, 'no'), 'InvalidRequest', 2, /refused it for order-7: no$/],
];

for (const [what, error, kind, exitCode, words] of rows) {
  test(`${what}: in words of ours, with an exit code`, () => {
    const told = asClientError(error, 'order-7');
    assert.equal(told.kind, kind);
    assert.match(told.message, words);
    assert.equal(explainError(told).toJSON().error.exitCode, exitCode);
  });
}
