import { ClientError } from '../../client/client-error.ts';
import { type ClientConfig, InvalidConfiguration, loadClientConfig } from '../../config.ts';
import { connectTelling } from '../connect-telling.ts';
import { type Check, ok, unknown, wrong } from '../doctor/check.ts';
import { checkPackages } from '../doctor/check-packages.ts';
import { checkServer } from '../doctor/check-server.ts';
import { checkWorker } from '../doctor/check-worker.ts';
import { renderChecks } from '../doctor/render-checks.ts';
import { exitCodes } from '../exit-codes.ts';
import { type JsonOption, printJson, printView } from '../output.ts';

/** `holdfast doctor`: whether all is there that workflows need, and what to do about what is not. */
export async function doctorCommand(flags: JsonOption): Promise<void> {
  const checks = await examine(flags);
  const { columns = 80, isTTY } = process.stdout;
  if (flags.json) printJson({ checks });
  else printView(renderChecks(checks, { width: columns, colors: isTTY === true }));
  if (checks.some(({ state }) => state === 'wrong')) process.exitCode = exitCodes.usage.code;
}

async function examine(flags: JsonOption): Promise<Check[]> {
  const configuration = readConfiguration();
  const own = [configuration.check, checkPackages(process.cwd())];
  try {
    const { client, address } = await connectTelling(flags);
    const server = await checkServer(client, address);
    const isUsable = server.every(({ name, state }) => name === 'attribute' || state === 'ok');
    if (!isUsable) return [...own, ...server, ...notKnown('without its namespace')];
    if (!configuration.config) return [...own, ...server, ...notKnown('without a configuration')];
    return [...own, ...server, ...(await checkWorker(client, configuration.config))];
  } catch (error) {
    if (!(error instanceof ClientError)) throw error;
    const words = 'not known without the server';
    return [
      ...own,
      wrong('server', error.message),
      unknown('namespace', words),
      unknown('attribute', words),
      ...notKnown('without the server'),
    ];
  }
}

function notKnown(why: string): Check[] {
  return ['worker', 'ledger', 'keys', 'clocks'].map((name) => unknown(name, `not known ${why}`));
}

/** Before all else, since it loads `.env`, where Temporal's variables may be. */
function readConfiguration(): { readonly check: Check; readonly config?: ClientConfig } {
  const name = 'configuration';
  try {
    const config = loadClientConfig();
    config.providerNames();
    const { warnings } = config;
    const check = warnings.length > 0 ? wrong(name, warnings.join('; ')) : ok(name, 'can be read');
    return { check, config };
  } catch (error) {
    if (!(error instanceof InvalidConfiguration)) throw error;
    return { check: wrong(name, error.problems.join('; ')) };
  }
}
