import { loadConfig } from '../../config.ts';
import { codeOf } from '../../database/classify-database.ts';
import { serveGateway } from '../../gateway/serve-gateway.ts';
import { usageError } from '../command-error.ts';
import { untilAborted, untilInterrupted } from '../interruption.ts';
import { loadPolicies, type PolicyFlags } from '../load-policies.ts';
import type { JsonOption } from '../output.ts';

/** `holdfast gateway`: serves until it is interrupted, then lets what is open finish. */
export async function gatewayCommand(flags: PolicyFlags & JsonOption): Promise<void> {
  const config = loadConfig();
  const policies = await loadPolicies(flags, config.HOLDFAST_POLICIES);
  await untilInterrupted(async (signal) => {
    const gateway = await serveGateway({ config, policies }).catch((error: unknown) => {
      if (codeOf(error) !== 'EADDRINUSE') throw error;
      throw usageError(
        `another program listens at ${config.HOLDFAST_GATEWAY_ADDRESS}; end it, or set HOLDFAST_GATEWAY_ADDRESS`,
      );
    });
    await untilAborted(signal);
    await gateway.close();
    process.exitCode = 0;
  });
}
