import type { Policies } from '../../src/policies/catalogue.ts';
import { type PolicyOverrides, resolvePolicies } from '../../src/policies/resolve-policies.ts';

const impatient = { requestTimeoutMs: 4000, heartbeatTimeoutMs: 3000 };

/**
 * What the demo changes in the catalogue, so that a hang and a killed worker take seconds: how long
 * a request may take, and how long a worker may be silent. The waits between attempts are as ever.
 */
export const demoOverrides: PolicyOverrides = {
  model: impatient,
  database: impatient,
  payment: impatient,
  ticket: impatient,
};

/** In words, for the screen. */
export const demoOverridesInWords =
  'request timeout 4 s, a worker silent for 3 s is taken for dead';

/** The policies of every workflow of the demo. */
export const demoPolicies: Policies = resolvePolicies(demoOverrides);
