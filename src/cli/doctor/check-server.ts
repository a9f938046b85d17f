import type { Client } from '@temporalio/client';
import { isRefused } from '../../client/client-error.ts';
import { hasCode } from '../../failures/find-failure.ts';
import { holdfastState } from '../../wire/search-attributes.ts';
import { type Check, ok, unknown, wrong } from './check.ts';

/** gRPC's codes. */
const invalidArgument = 3;
const notFound = 5;

/** The server and its namespace, and whether workflows are found by their state. */
export async function checkServer(client: Client, address: string): Promise<Check[]> {
  const { namespace } = client.options;
  const { serverVersion } = await client.workflowService.getSystemInfo({});
  const server = ok('server', `${address}, Temporal ${serverVersion}`);
  try {
    await client.workflowService.describeNamespace({ namespace });
  } catch (error) {
    const word = wordForNamespace(error, namespace, address);
    return [server, wrong('namespace', word), unknown('attribute', 'the namespace is not there')];
  }
  return [server, ok('namespace', namespace), await checkAttribute(client)];
}

function wordForNamespace(error: unknown, namespace: string, address: string): string {
  const name = JSON.stringify(namespace);
  if (hasCode(error, notFound)) {
    return `the server at ${address} has no namespace ${name}; create it, or correct TEMPORAL_NAMESPACE`;
  }
  if (isRefused(error)) {
    return `it may not use the namespace ${name} at ${address}; set a TEMPORAL_API_KEY that may`;
  }
  return `the server does not tell of its namespace ${name}: ${(error as Error).message}`;
}

/** Asked with a question that only a server answers that knows it: listing them takes more rights. */
async function checkAttribute(client: Client): Promise<Check> {
  const { name } = holdfastState;
  try {
    await client.workflow.count(`${name} = "running"`);
    return ok('attribute', name);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (!hasCode(error, invalidArgument)) return wrong('attribute', `${name}: ${message}`);
    return wrong(
      'attribute',
      `${name} is missing, by which \`parked\` and \`watch\` find workflows; a worker adds it when it starts, or \`temporal operator search-attribute create --name ${name} --type Keyword\``,
    );
  }
}
