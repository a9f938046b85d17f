import type { Client } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { processEnvironment } from '../config.ts';
import { optionalPackage } from '../optional-package.ts';
import { findProgram } from '../servers/find-program.ts';
import { ProgramMissingError } from '../servers/program.ts';
import { testServer } from '../servers/test-server.ts';

type Testing = typeof import('@temporalio/testing');
type Clients = typeof import('@temporalio/testing/lib/client.js');

const mostStarts = 3;

let shared: Promise<TestWorkflowEnvironment> | undefined;
let users = 0;

/**
 * The server that all worlds of this process share while they last. It has one clock.
 *
 * @param path of Temporal's test server. Default: `HOLDFAST_TEST_SERVER`, what is on PATH, or what is
 *   downloaded or built once for a user.
 * @throws PackageMissing without `@temporalio/testing`; Error without a server.
 */
export async function takeTimeServer(path?: string) {
  const { TestWorkflowEnvironment } = optionalPackage<Testing>('@temporalio/testing');
  // The environment's own client has no say in its namespace.
  const { TimeSkippingClient } = optionalPackage<Clients>('@temporalio/testing/lib/client.js');
  beQuiet();
  users += 1;
  shared ??= startServer();
  async function startServer() {
    const found = path ?? (await findProgram(testServer, processEnvironment()));
    const server = { executable: { type: 'existing-path', path: found } } as const;
    for (let start = 1; ; start += 1) {
      try {
        return await TestWorkflowEnvironment.createTimeSkipping({ server });
      } catch (error) {
        // The SDK gives it 5 s, which a busy machine does not keep.
        if (start === mostStarts || !`${error}`.includes('did not start within')) throw error;
      }
    }
  }
  /** Ends it, when no other world of this process is on it. */
  const release = async () => {
    users -= 1;
    if (users > 0) return;
    const ending = shared;
    shared = undefined;
    await (await ending)?.teardown();
  };
  try {
    const env = await shared;
    /** A client that skips time while it awaits a workflow's result. */
    const clientFor = (namespace: string): Client =>
      new TimeSkippingClient({ connection: env.connection, namespace, identity: 'a test' });
    return { env, clientFor, release };
  } catch (cause) {
    users -= 1;
    shared = undefined;
    // What is missing is told with its mend.
    if (cause instanceof ProgramMissingError) throw cause;
    throw new Error(
      `Temporal's test server does not start (${path ?? 'the one found'}): name one with testWorld({ server }) or HOLDFAST_TEST_SERVER`,
      { cause },
    );
  }
}

/** Tests are told what they are to know; what the SDK says besides hides it. */
export function beQuiet(): void {
  try {
    Runtime.install({
      logger: new DefaultLogger('ERROR', () => {}),
      shutdownSignals: [],
      telemetryOptions: { logging: { filter: 'OFF' } },
    });
  } catch {
    // The test has installed its own, or a world before this one has.
  }
}
