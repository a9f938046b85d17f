import { hostname } from 'node:os';
import type { Json, JsonObject } from '../../src/wire/json.ts';

/** The worker's identity in a committed history; the real one is a process id and a host's name. */
const worker = 'worker@tests';
/** Ports of the sandbox, which differ from run to run. */
const loopbackPort = /\b127\.0\.0\.1:\d+/g;
/** What a program calls itself on a machine: `4711@host`, and sticky queues begin with it. */
const processIdentity = /^\d+@\S+$/;
/** A command's is its user's on this machine. */
const isOfThisMachine = (identity: string) => identity.endsWith(`@${hostname()}`);

/**
 * Takes out of a history, in the JSON form of `historyToJSON`, what names the machine or the run it was
 * recorded in: identities, sticky queues, stack traces, ports. A replay reads none of them.
 */
export function scrubHistory(history: JsonObject): JsonObject {
  return scrubObject(history);
}

/** The same as text for a search, with its payloads in clear. */
export function readableText(history: JsonObject): string {
  return JSON.stringify(history, (key, value: Json) =>
    key === 'data' && typeof value === 'string' ? textOf(value) : value,
  );
}

function scrubObject(object: JsonObject): JsonObject {
  const isSticky = object.kind === 'TASK_QUEUE_KIND_STICKY';
  const entries = Object.entries(object).flatMap(([key, value]): [string, Json][] => {
    if (key === 'stackTrace') return [];
    if (key === 'name' && isSticky) return [[key, 'sticky']];
    if (typeof value !== 'string') return [[key, scrub(value)]];
    if (key === 'identity' && isOfThisMachine(value)) return [[key, worker]];
    if (key === 'identity') return [[key, value.replace(processIdentity, worker)]];
    if (key === 'data') return [[key, base64Of(withoutUsers(withoutPorts(textOf(value))))]];
    return [[key, withoutPorts(value)]];
  });
  return Object.fromEntries(entries);
}

function scrub(value: Json): Json {
  if (Array.isArray(value)) return value.map(scrub);
  if (typeof value === 'object' && value !== null) return scrubObject(value as JsonObject);
  return value;
}

/** Who resumed it, say: a user of this machine, as a text in JSON. */
const withoutUsers = (text: string) =>
  text
    .split('"')
    .map((part) => (isOfThisMachine(part) ? worker : part))
    .join('"');
const withoutPorts = (text: string) => text.replaceAll(loopbackPort, '127.0.0.1:0');
const textOf = (base64: string) => Buffer.from(base64, 'base64').toString();
const base64Of = (text: string) => Buffer.from(text).toString('base64');
