import { environment } from '../src/config/environment.ts';
import { orderVariables } from '../src/orders/charge-limits.ts';

/** Every variable that the worker of orders reads: the library's, and the application's own. */
export const variables = environment.extend(orderVariables.shape);
