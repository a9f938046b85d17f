import { hostname, userInfo } from 'node:os';
import { Client, Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { causes } from '../failures/find-failure.ts';
import { temporalAddressProblem, withUsualPort } from '../wire/temporal-address.ts';
import { ClientError, isRefused } from './client-error.ts';

/** A client and what it is connected to. Close it when done. */
export interface Connected {
  readonly client: Client;
  readonly address: string;
  readonly namespace: string;
  readonly close: () => Promise<void>;
}

/** How long the server may take to answer before it counts as not reachable. */
const connectTimeoutMs = 5000;
/** Whoever waits longer is told what for. */
const silentMs = 2000;

/** How a connection is made. */
export interface ConnectOptions {
  /** Told a sentence when the server has not answered for two seconds, and is waited for. */
  readonly onWait?: (sentence: string) => void;
}

/**
 * Connects as Temporal's own tools do: `TEMPORAL_ADDRESS`, `TEMPORAL_NAMESPACE`, `TEMPORAL_API_KEY`,
 * TLS variables and profiles (`TEMPORAL_PROFILE`, `TEMPORAL_CONFIG_FILE`).
 *
 * @throws ClientError `unreachable` when no server answers, `usage` when those settings are wrong.
 */
export async function connect({ onWait }: ConnectOptions = {}): Promise<Connected> {
  const { connectionOptions, namespace, address } = connectionSettings();
  const isOverTls = Boolean(connectionOptions.tls);
  const telling = setTimeout(() => {
    onWait?.(
      `waiting for a Temporal server at ${address}${howOf(isOverTls)}; ${mendOf(isOverTls)}`,
    );
  }, silentMs);
  try {
    const connection = await Connection.connect({
      ...connectionOptions,
      address,
      connectTimeout: connectTimeoutMs,
    });
    return {
      client: new Client({ connection, namespace, identity: person() }),
      address,
      namespace,
      close: () => connection.close(),
    };
  } catch (error) {
    throw new ClientError('unreachable', whyNot(error, address, isOverTls), { cause: error });
  } finally {
    clearTimeout(telling);
  }
}

/** Of a server that answers, the client's error says what it answered; otherwise only that none came. */
function whyNot(error: unknown, address: string, isOverTls: boolean): string {
  if (isRefused(error)) {
    const words = [...causes(error)].at(-1)?.message;
    return `the Temporal server at ${address} refuses this client (${words}); set a TEMPORAL_API_KEY, or a client's certificate, that it takes`;
  }
  return `no Temporal server answers at ${address}${howOf(isOverTls)}; ${mendOf(isOverTls)}`;
}

function howOf(isOverTls: boolean): string {
  return isOverTls ? ' over TLS, which a TEMPORAL_API_KEY turns on' : '';
}

function mendOf(isOverTls: boolean): string {
  return isOverTls
    ? 'set TEMPORAL_TLS=false for one without it, or correct TEMPORAL_ADDRESS'
    : 'start one with `npx holdfast up`, or set TEMPORAL_ADDRESS';
}

/**
 * Where the client would connect to, from variables and profiles; `isNamed` where they name an address,
 * and it is not the usual one. Nothing is sent.
 *
 * @throws ClientError `usage` when those settings are wrong.
 */
export function connectionSettings() {
  try {
    const { connectionOptions, namespace = 'default' } = loadClientConnectConfig();
    // A variable that is set to nothing is not set.
    const address = connectionOptions.address || '127.0.0.1';
    const problem = temporalAddressProblem(address);
    if (problem) throw new Error(`TEMPORAL_ADDRESS: ${problem}`);
    const isNamed = Boolean(connectionOptions.address);
    return { connectionOptions, namespace, address: withUsualPort(address), isNamed };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ClientError('usage', `Temporal's settings cannot be used: ${reason}`, {
      cause: error,
    });
  }
}

/** The person who acts, as histories and approvals name them: `user@host`. */
function person(): string {
  try {
    return `${userInfo().username}@${hostname()}`;
  } catch {
    // A container's user may have no name.
    return `${process.pid}@${hostname()}`;
  }
}
