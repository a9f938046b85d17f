/** Everything that a worker of orders serves as workflows; the bundle's entry. */
export * from '../durable/library-workflows.ts';
export { processOrder } from './process-order.ts';
