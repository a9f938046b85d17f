import { listProviders } from '../../client/providers.ts';
import type { ProviderGate } from '../../wire/provider-gate.ts';
import { formatDuration } from '../format.ts';
import { type JsonOption, notice, print, printJson } from '../output.ts';
import { plainTable, tableText } from '../plain-table.ts';
import { printableLine } from '../printable.ts';
import { withClient } from '../with-client.ts';

/** Workers post at least every ten seconds; one that is older counts as silent. */
const talkativeMs = 15_000;

/** `holdfast providers`: how the workers' gates stand. */
export async function providersCommand(flags: JsonOption): Promise<void> {
  await withClient(async ({ client, place }) => {
    const gates = await listProviders(client, place);
    if (flags.json) return printJson(gates);
    if (gates.length === 0) return notice('No worker has called a model lately.', flags);
    print(renderProviders(gates));
  });
}

/** A line for each gate. */
export function renderProviders(gates: readonly ProviderGate[]): string {
  const table = plainTable({
    head: ['model', 'state', 'in flight', 'waiting', 'next', 'worker'],
    colAligns: ['left', 'left', 'right', 'right', 'left', 'left'],
  });
  for (const gate of gates) {
    table.push([
      printableLine(gate.model),
      `${gate.state} for ${formatDuration(gate.forMs)}`,
      `${gate.inFlight} of ${gate.limit}`,
      gate.waiting,
      next(gate),
      `${printableLine(gate.worker)}${silence(gate)}`,
    ]);
  }
  return tableText(table);
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
