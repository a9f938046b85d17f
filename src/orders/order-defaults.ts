// Apart from what starts an order: each thread that judges answers loads the application, and would
// load Temporal's client with it.
import type { PolicyOverrides } from '../app.ts';

/**
 * What an order changes in the catalogue: it parks where reading its email fails for good, since
 * no person waits for its answer, and one revoked key would otherwise fail every order there is.
 */
export const orderDefaults: PolicyOverrides = { model: { onFailure: 'park' } };
