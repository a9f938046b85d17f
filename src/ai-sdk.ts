/** For those who call models through the AI SDK in activities of their own. */
export { createGates, type Gates } from './calls/gate/gates.ts';
export {
  type HoldfastMiddlewareOptions,
  holdfastMiddleware,
  withHoldfast,
} from './middleware/holdfast-middleware.ts';
