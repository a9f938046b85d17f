import { providerHoldContract } from './provider-hold-contract.ts';

providerHoldContract('SQLite', 4, () => undefined);
