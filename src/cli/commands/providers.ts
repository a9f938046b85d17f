import { holdProvider, listProviders, releaseProvider } from '../../client/providers.ts';
import type { ClientConfig } from '../../config.ts';
import { nameOf } from '../../wire/held.ts';
import { isHoldOf, type ProviderGate, type ProvidersView } from '../../wire/provider-gate.ts';
import { usageError } from '../command-error.ts';
import { formatDuration } from '../format.ts';
import { type JsonOption, notice, print, printJson } from '../output.ts';
import { tableText } from '../plain-table.ts';
import { printableLine } from '../printable.ts';
import { withClient } from '../with-client.ts';

/** Workers post at least every ten seconds; one that is older counts as silent. */
const talkativeMs = 15_000;

/** `holdfast providers`: what persons hold, and how the workers' gates stand. */
export async function providersCommand(flags: JsonOption): Promise<void> {
  await withClient(async ({ client, place }) => {
    const view = await listProviders(client, place);
    if (flags.json) return printJson(view);
    if (view.holds.length > 0 || view.gates.length > 0) print(renderProviders(view));
    if (view.gates.length === 0) notice('No worker has called a model lately.', flags);
  });
}

/** A line for each hold, and one for each gate. */
export function renderProviders(view: ProvidersView): string {
  const sections = [renderHolds(view), renderGates(view)];
  return sections.filter((section) => section !== '').join('\n\n');
}

function renderHolds({ holds }: ProvidersView): string {
  return holds
    .map(({ target, by, reason, ageMs }) => {
      const since = formatDuration(Math.max(0, ageMs));
      return printableLine(`${target} is held by ${nameOf(by)} for ${since}: ${reason}`);
    })
    .join('\n');
}

function renderGates({ gates, holds }: ProvidersView): string {
  if (gates.length === 0) return '';
  const rows = gates.map((gate) => {
    const isHeld = holds.some(({ target }) => isHoldOf(target, gate.model));
    return [
      printableLine(gate.model),
      isHeld ? 'held' : `${gate.state} for ${formatDuration(gate.forMs)}`,
      `${gate.inFlight} of ${gate.limit}`,
      gate.waiting,
      isHeld ? 'when it is released' : next(gate),
      `${printableLine(gate.worker)}${silence(gate)}`,
    ];
  });
  return tableText(rows, {
    head: ['model', 'state', 'in flight', 'waiting', 'next', 'worker'],
    colAligns: ['left', 'left', 'right', 'right', 'left', 'left'],
  });
}

function next({ state, ratePerSecond, nextInMs }: ProviderGate): string {
  const wait = nextInMs === undefined ? '' : `in ${formatDuration(nextInMs)}`;
  if (state === 'down') return `probe ${wait || 'now'}`;
  if (state === 'probing') return 'when the probe is back';
  const pace = ratePerSecond === undefined ? 'at once' : `${ratePerSecond} a second`;
  return wait === '' ? pace : `${wait}, ${pace}`;
}

/** A worker that was killed is on the board for a little longer. */
function silence({ ageMs }: ProviderGate): string {
  return ageMs < talkativeMs ? '' : `, silent for ${formatDuration(ageMs)}`;
}

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
