import { holdProvider, releaseProvider } from '../../client/providers.ts';
import type { ClientConfig } from '../../config.ts';
import { usageError } from '../command-error.ts';
import { type JsonOption, print, printJson } from '../output.ts';
import { printableLine } from '../printable.ts';
import { withClient } from '../with-client.ts';

/** `holdfast providers hold <provider[:model]> --reason <text>` */
export async function holdCommand(
  target: string,
  { json, reason }: JsonOption & { readonly reason: string },
): Promise<void> {
  await withClient(async ({ client, place, config }) => {
    checkTarget(target, config);
    await holdProvider(client, target, reason, place);
    if (json) return printJson({ target, held: true, by: client.options.identity });
    print(
      `${printableLine(target)} is held: workers send nothing there within seconds, until \`holdfast providers release ${printableLine(target)}\``,
    );
  });
}

/** `holdfast providers release <provider[:model]>` */
export async function releaseCommand(target: string, { json }: JsonOption): Promise<void> {
  await withClient(async ({ client, place }) => {
    const woken = await releaseProvider(client, target, place);
    if (json) return printJson({ target, held: false, woken });
    const calls = `${woken} ${woken === 1 ? 'workflow that slept was' : 'workflows that slept were'} woken`;
    print(`${printableLine(target)} is released; ${calls}, others come back within a minute`);
  });
}

/** A misspelt name would hold nothing, and nobody would notice. */
function checkTarget(target: string, { providerNames }: ClientConfig): void {
  const [provider = '', model] = target.split(/:(.*)/s);
  const isWhole = provider !== '' && model !== '';
  if (isWhole && providerNames().includes(provider)) return;
  throw usageError(
    isWhole
      ? `there is no provider ${provider}; known are ${providerNames().join(', ')} (HOLDFAST_PROVIDERS adds others)`
      : `name a provider, or provider:model; this is ${target}`,
  );
}
