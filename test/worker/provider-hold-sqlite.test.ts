import { providerHoldContract } from './provider-hold-contract.ts';

providerHoldContract('SQLite', () => undefined);
