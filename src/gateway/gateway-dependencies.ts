import type { Logger } from 'pino';
import type { KnownProvider } from '../calls/forward/read-incoming.ts';
import type { RunAttempt } from '../calls/forward/run-attempt.ts';
import type { Price } from '../policies/budget-schema.ts';
import type { ModelPolicy } from '../policies/retry-policy.ts';
import type { ForwardedRequest } from '../wire/forwarded.ts';
import type { DeliveryTimes } from './answer/delivery.ts';
import type { Batching } from './files/batching.ts';
import type { OnceSettings } from './once.ts';
import type { ToProvider } from './run/tell-provider.ts';
import type { EndWatch } from './run/wait-for-end.ts';
import type { KeyStore } from './store/key-store.ts';
import type { RequestStore } from './store/request-store.ts';
import type { StoredRequest } from './store/stored-request.ts';

/** What a gateway is made from. */
export interface GatewayDependencies extends DeliveryTimes {
  readonly store: RequestStore;
  readonly keys: KeyStore;
  readonly batching: Batching;
  readonly providers: readonly KnownProvider[];
  readonly prices: Readonly<Record<string, Price>>;
  readonly watch: EndWatch;
  readonly runAttempt: RunAttempt;
  /** The policy of a forwarded call that may take so long in all. */
  readonly policyFor: (deadlineMs: number, request: ForwardedRequest) => ModelPolicy;
  /** Starts the workflow that goes on with a request. */
  readonly goOn: (row: StoredRequest, delayMs?: number) => Promise<void>;
  /** Cancels that workflow, where there is one: its record says already that it has ended. */
  readonly stop: (id: string) => Promise<void>;
  /** Cancels or deletes a response at the provider that goes on with it by itself. */
  readonly toProvider: ToProvider;
  /** This process, as its leases name it. */
  readonly gateway: string;
  readonly once: OnceSettings;
  readonly log: Logger;
  readonly listModels: () => Promise<object>;
  /** Whether the gateway can do its work: its database answers. */
  readonly isReady: () => Promise<boolean>;
  /** Names besides those of loopback that it goes by where it asks for no key. */
  readonly hosts: readonly string[];
  readonly maximumBodyBytes: number;
  /** Requests in flight at most; one more is told to come back. */
  readonly maximumInFlight: number;
  /** Where the Temporal UI shows the namespace's workflows. */
  readonly uiUrl?: string;
}
