import { createHash } from 'node:crypto';
import { type DecideModelFault, faultPlan } from './fault-plan.ts';
import {
  distort,
  htmlErrorPage,
  type ModelFault,
  overloaded,
  rateLimited,
  serverError,
} from './model-faults.ts';
import { cut, hang, pass, raw, reset } from './wire-fault.ts';

/** Keys and models of the demo: one key that was revoked, one model that does not exist. */
export const demoProvider = {
  validKey: 'sk-sandbox-valid',
  revokedKey: 'sk-sandbox-revoked',
  knownModel: 'gpt-4o-mini',
  unknownModel: 'gpt-0-imaginary',
} as const;

/**
 * What goes wrong with each example order: at most two requests of a call, but for one that is in an
 * outage from its third on, and held. So every call ends well within the 8 attempts of the default
 * policy. Exactly one call hangs, until the client's
 * request timeout. The revoked key and the unknown model need no plan: the provider refuses them.
 */
export const orderFaultLists = {
  'order-1001/extract': [],
  'order-1002/extract': [rateLimited({ retryAfterSeconds: 1 })],
  'order-1003/extract': [overloaded, overloaded, overloaded, overloaded, overloaded],
  'order-1004/extract': [hang],
  'order-1005/extract': [distort('mendable')],
  'order-1006/extract': [cut],
  'order-1007/extract': [rateLimited({ retryAfterSeconds: 2 }), overloaded],
  'order-1008/extract': [distort('hopeless')],
  'order-1009/extract': [htmlErrorPage],
  'order-1010/extract': [distort('wrongShape')],
  'order-1011/extract': [reset, serverError],
  'order-1012/extract': [raw('upstream connect error', 'text/plain')],
} satisfies Record<string, readonly ModelFault[]>;

const orderFaults = faultPlan(orderFaultLists);

/** Faults of the classification demo with their shares, in percent of all calls: together 25. */
const messageFaults: readonly (readonly [percent: number, fault: ModelFault])[] = [
  [6, rateLimited({ retryAfterSeconds: 1 })],
  [6, overloaded],
  [3, cut],
  [2, reset],
  [1, hang],
  [3, distort('mendable')],
  [2, distort('hopeless')],
  [2, distort('wrongShape')],
];

/**
 * The plan of `npm start`: the lists above for the example orders; for the classification of
 * customer messages (`msg-<n>/complete`) one fault on the first request of a quarter of the calls,
 * always the same ones. A repair is never spoiled again: told twice, the model would be at fault.
 */
export const demoFaults: DecideModelFault = (context) => {
  const { requestId, nthForThisCall } = context;
  if (!requestId?.startsWith('msg-')) return orderFaults(context);
  if (nthForThisCall > 1 || !requestId.endsWith('/complete')) return pass;
  let percent = hundredthOf(requestId);
  for (const [share, fault] of messageFaults) {
    if (percent < share) return fault;
    percent -= share;
  }
  return pass;
};

/** A number from 0 to 99 that depends on nothing but the text, evenly spread. */
function hundredthOf(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32BE(0) % 100;
}
