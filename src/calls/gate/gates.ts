import { providerOf } from '../../policies/model-name.ts';
import type { NamedGateSnapshot, ProviderHold } from '../../wire/provider-gate.ts';
import type { SharedRates } from '../../wire/shared-rate.ts';
import { type GateClock, realClock } from './gate-clock.ts';
import { limitsFor, type RateLimits, type RateLimitsByModel, tighter } from './gate-limits.ts';
import { defaultGateSettings, type GateSettings } from './gate-settings.ts';
import { createOneGate, type GateCall, type GateDecision, type OneGate } from './one-gate.ts';
import { createOperatorHolds } from './operator-holds.ts';

export type { GateDecision, GatePass } from './one-gate.ts';

/** Options of {@link createGates}; everything has a default. */
export interface GatesOptions {
  readonly settings?: Partial<GateSettings>;
  /** Rate limits known beforehand. */
  readonly limits?: RateLimitsByModel;
  /** Where other processes keep to the same limits; otherwise they are this one's alone. */
  readonly rates?: SharedRates;
  /** Calls in flight at most to each model of a provider, by its name; otherwise as the settings say. */
  readonly maximumInFlight?: Readonly<Record<string, number>>;
  /** Providers that are one account under two names: see {@link sameProviders}. */
  readonly sameAs?: Readonly<Record<string, string>>;
  /** Whether a model can be asked here at all: one that cannot has no gate, its call fails at once. */
  readonly resolves?: (model: string) => boolean;
  readonly clock?: GateClock;
  /** Uniform in [0, 1). */
  readonly random?: () => number;
}

/** A call that asks to go. */
export interface GateEntry extends GateCall {
  /** `<provider>:<model>`. */
  readonly model: string;
  /** When it aborts, the call gives up its place in the line. */
  readonly signal: AbortSignal;
}

/** The gates of a worker: one for each provider (an address with a key) and model. */
export interface Gates {
  /**
   * Waits until the call may go, or finds that it should come back later.
   *
   * @throws the signal's reason when it aborts first.
   */
  readonly enter: (entry: GateEntry) => Promise<GateDecision>;
  /** What persons hold from now on, all of it: their calls that wait here are sent back. */
  readonly hold: (holds: readonly ProviderHold[]) => void;
  /** For metrics and people; in order of first use. */
  readonly snapshot: () => NamedGateSnapshot[];
  /** For a worker that drains: sends back all waiting calls, and all that come later. */
  readonly close: () => void;
}

/**
 * Makes the gates of a worker. When a provider limits one call, all calls for the same address, key
 * and model are held. Each of them would only learn the same, at the cost of an attempt and of the
 * provider's recovery.
 */
export function createGates(options: GatesOptions = {}): Gates {
  const { limits = {}, sameAs = {}, clock = realClock, random = Math.random } = options;
  const { resolves = () => true, rates } = options;
  const settings = { ...defaultGateSettings, ...options.settings };
  const { maximumInFlight = {} } = options;
  const room = { waiting: 0 };
  const gates = new Map<string, OneGate>();
  const operator = createOperatorHolds((gate) => namesOfAccount(gate, sameAs), random);
  const sendBackIfHeld = new Set<() => void>();
  let isClosed = false;

  /** Any text may be named as a model: a gate for each would be kept and shown. */
  function hasGate({ model }: GateEntry): boolean {
    return gates.has(canonical(model, sameAs)) || resolves(model);
  }

  function gateFor(entry: GateEntry): OneGate {
    const model = canonical(entry.model, sameAs);
    const known = gates.get(model);
    if (known) return known;
    // One for each model that was ever asked for would be kept for as long as the worker runs.
    for (const [idle, { isIdle }] of gates) if (isIdle()) gates.delete(idle);
    const most = maximumInFlight[providerOf(model)] ?? settings.maximumLimit;
    const gate = createOneGate({
      settings: { ...settings, maximumLimit: Math.min(settings.maximumLimit, most) },
      limits: limitsOfAccount(limits, model, sameAs),
      rates,
      clock,
      random,
      room,
      name: model,
    });
    if (isClosed) gate.close();
    gates.set(model, gate);
    return gate;
  }

  return {
    enter(entry) {
      const { signal } = entry;
      return new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason);
        if (!hasGate(entry)) return resolve({ kind: 'go', pass: { ended() {} } });
        const gate = canonical(entry.model, sameAs);
        const held = operator.decide(gate);
        if (held) return resolve(held);
        let giveUp = () => {};
        const over = () => {
          signal.removeEventListener('abort', abort);
          sendBackIfHeld.delete(sendBack);
        };
        const abort = () => {
          giveUp();
          over();
          reject(signal.reason);
        };
        const sendBack = () => {
          const decision = operator.decide(gate);
          if (!decision) return;
          giveUp();
          over();
          resolve(decision);
        };
        signal.addEventListener('abort', abort, { once: true });
        sendBackIfHeld.add(sendBack);
        giveUp = gateFor(entry).enter(entry, (decision) => {
          over();
          resolve(decision);
        });
      });
    },
    hold(holds) {
      operator.set(holds);
      for (const sendBack of [...sendBackIfHeld]) sendBack();
    },
    snapshot: () => [...gates].map(([model, gate]) => ({ model, ...gate.snapshot() })),
    close() {
      isClosed = true;
      for (const gate of gates.values()) gate.close();
    },
  };
}

/** The model under the name that stands for its provider. */
function canonical(model: string, sameAs: Readonly<Record<string, string>>): string {
  const provider = providerOf(model);
  return Object.hasOwn(sameAs, provider) ? renamed(model, sameAs[provider] ?? '') : model;
}

/** A provider's limits, under whichever of its names they are given; of two, the tighter rules. */
function limitsOfAccount(
  limits: RateLimitsByModel,
  model: string,
  sameAs: Readonly<Record<string, string>>,
): RateLimits {
  return namesOfAccount(model, sameAs)
    .map((name) => limitsFor(limits, name))
    .reduce(tighter);
}

/** The model under each name of its provider, the one that stands for all first. */
function namesOfAccount(model: string, sameAs: Readonly<Record<string, string>>): string[] {
  const provider = providerOf(model);
  const others = Object.keys(sameAs).filter((name) => sameAs[name] === provider);
  return [model, ...others.map((name) => renamed(model, name))];
}

/** The same model of a provider by another name. */
function renamed(model: string, provider: string): string {
  return `${provider}${model.slice(providerOf(model).length)}`;
}

/** The most calls in flight to each model of a provider, by its name, where an entry limits them. */
export function inFlightByProvider(
  providers: readonly { readonly name: string; readonly maximumInFlight?: number | undefined }[],
): Record<string, number> {
  return Object.fromEntries(
    providers.flatMap(({ name, maximumInFlight: most }) => (most ? [[name, most]] : [])),
  );
}

/** What tells whether two providers are one account. */
interface Account {
  readonly name: string;
  readonly baseUrl?: string | undefined;
  readonly apiKey?: string | undefined;
}

/**
 * Finds providers that have address and key of another one, and so its limits (`openai-responses` is
 * `openai`): by their name, the name that stands for both. One gate holds back both.
 */
export function sameProviders(providers: readonly Account[]): Record<string, string> {
  const first = new Map<string, string>();
  const sameAs: Record<string, string> = {};
  for (const { name, baseUrl, apiKey } of providers) {
    if (apiKey === undefined) continue;
    const account = JSON.stringify([baseUrl, apiKey]);
    const known = first.get(account);
    if (known === undefined) first.set(account, name);
    else sameAs[name] = known;
  }
  return sameAs;
}
