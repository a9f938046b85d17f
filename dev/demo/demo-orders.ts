import type { OrderRequest } from '../../src/orders/order.ts';
import { demoProvider } from '../sandbox/demo-faults.ts';
import { loadExampleOrders } from '../sandbox/example-orders.ts';
import { revokedProvider } from './worker-environment.ts';

/** An order of the demo: what is started, and with which model. */
export interface DemoOrder {
  readonly orderId: string;
  readonly request: OrderRequest;
  readonly model: string;
  /** For the two that must fail after one request: how. */
  readonly mustFail?: 'InvalidCredentials' | 'ModelNotFound';
}

const knownModel = `openai:${demoProvider.knownModel}`;

/** The twelve example orders, and two that no retry can cure. */
export function demoOrders(): readonly DemoOrder[] {
  const examples = loadExampleOrders();
  const [first] = examples;
  if (!first) throw new Error('examples/orders holds no orders');
  const { request } = first;
  return [
    ...examples.map(({ orderId, request }) => ({ orderId, request, model: knownModel })),
    {
      orderId: 'order-revoked-key',
      request,
      model: `${revokedProvider.name}:${demoProvider.knownModel}`,
      mustFail: 'InvalidCredentials',
    },
    {
      orderId: 'order-unknown-model',
      request,
      model: `openai:${demoProvider.unknownModel}`,
      mustFail: 'ModelNotFound',
    },
  ];
}
