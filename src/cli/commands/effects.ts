import { listEffects, showEffect } from '../../client/effects.ts';
import {
  type EffectDetails,
  type EffectState,
  type EffectView,
  effectStates,
} from '../../wire/ledger-operations.ts';
import { present } from '../../wire/present.ts';
import { usageError } from '../command-error.ts';
import { type JsonOption, notice, print, printJson } from '../output.ts';
import { parseAge } from '../parse-time.ts';
import { tableText } from '../plain-table.ts';
import { printableJson, printableLine } from '../printable.ts';
import { withClient } from '../with-client.ts';

/** Flags of `holdfast effects`. */
export interface EffectsFlags extends JsonOption {
  readonly state?: string;
  readonly workflow?: string;
  readonly effect?: string;
  readonly olderThan?: string;
  readonly youngerThan?: string;
  readonly limit?: number;
  readonly after?: string;
}

/** `holdfast effects`: rows of the ledger, newest change first. */
export async function effectsCommand(flags: EffectsFlags): Promise<void> {
  const filter = filterFrom(flags);
  await withClient(async ({ client, place }) => {
    const page = await listEffects(client, filter, place);
    if (flags.json) return printJson(page);
    if (page.effects.length === 0) return notice('No effect fits.', flags);
    print(renderEffects(page.effects));
    if (page.cursor) notice(`There are more: --after '${page.cursor}'`, flags);
  });
}

/** `holdfast effects show <key>` */
export async function showCommand(key: string, flags: JsonOption): Promise<void> {
  await withClient(async ({ client, place }) => {
    const found = await showEffect(client, key, place);
    if (flags.json) printJson(found);
    else print(found.map(renderEffect).join('\n\n'));
  });
}

/** A line each: state, key, when it changed, and why it failed. */
export function renderEffects(effects: readonly EffectView[]): string {
  const rows = effects.map(({ key, state, inDoubt, isLapsed, updatedAt, failure }) => {
    const doubt = isLapsed ? 'may have happened, no worker is at it' : 'in doubt';
    const isOpen = isLapsed || (inDoubt && state === 'started');
    const note = [isOpen ? doubt : '', failure ?? ''];
    return [
      state,
      updatedAt.slice(0, 19).replace('T', ' '),
      printableLine(key),
      printableLine(note.filter((each) => each !== '').join(': ')),
    ];
  });
  return tableText(rows, { head: ['state', 'changed (UTC)', 'effect', ''] });
}

/** One row in full. */
export function renderEffect(effect: EffectDetails): string {
  const { key, state, failure, result, resultBytes, leaseLeftMs } = effect;
  const rows: [string, string | undefined][] = [
    ['workflow', effect.workflowId],
    ['failure', failure],
    ['result', result === undefined ? undefined : printableJson(result)],
    ['result', resultBytes === undefined ? undefined : `${resultBytes} bytes, not shown`],
    ['lease', leaseLeftMs === undefined ? undefined : leaseInWords(leaseLeftMs)],
    ['in doubt', effect.inDoubt ? 'an earlier attempt may have done it' : undefined],
    ['first', effect.firstSentAt],
    ['claimed', effect.claimedAt],
    ['changed', effect.updatedAt],
    ['identity', effect.fingerprint],
    ['request', `${effect.requestBytes} bytes, not shown: it holds what customers wrote`],
    ['api', effect.apiVersion],
  ];
  const lines = rows.flatMap(([name, value]) =>
    value === undefined ? [] : [`  ${name.padEnd(9)} ${printableLine(value)}`],
  );
  return [`${printableLine(key)}  ${state}`, ...lines].join('\n');
}

function leaseInWords(leftMs: number): string {
  return leftMs > 0 ? `a worker is at it, for ${Math.ceil(leftMs / 1000)} s at least` : 'ran out';
}

function filterFrom({ state, olderThan, youngerThan, workflow, ...rest }: EffectsFlags) {
  const { effect, limit, after } = rest;
  const ageMs = (text: string | undefined) => (text === undefined ? undefined : parseAge(text));
  return present({
    ...{ state: stateFrom(state), workflowId: workflow, effect, limit, after },
    ...{ olderThanMs: ageMs(olderThan), youngerThanMs: ageMs(youngerThan) },
  });
}

function stateFrom(text: string | undefined): EffectState | undefined {
  if (text === undefined) return undefined;
  const state = effectStates.find((each) => each === text);
  if (state) return state;
  throw usageError(`there is no state ${text}; known are ${effectStates.join(', ')}`);
}
