import {
  TestWorkflowEnvironment,
  type TimeSkippingTestWorkflowEnvironmentOptions,
} from '@temporalio/testing';
import { findProgram } from '../../src/servers/find-program.ts';
import { testServer } from '../../src/servers/test-server.ts';

/**
 * A new environment whose server skips time while a result is awaited. It has one clock: what runs
 * on it has to follow each other. `teardown()` it.
 * @throws ProgramMissingError when there is no such server on this machine.
 */
export async function createTimeSkippingEnvironment(
  options: TimeSkippingTestWorkflowEnvironmentOptions = {},
): Promise<TestWorkflowEnvironment> {
  const path = await findProgram(testServer);
  return TestWorkflowEnvironment.createTimeSkipping({
    ...options,
    server: { ...options.server, executable: { type: 'existing-path', path } },
  });
}
