/**
 * The door for a process that serves the gateway itself; `holdfast gateway` is one.
 *
 * ```ts
 * import { serveGateway } from 'holdfast/gateway';
 *
 * const gateway = await serveGateway();
 * process.once('SIGTERM', () => gateway.close());
 * ```
 */
export { type GatewayOptions, type ServedGateway, serveGateway } from './gateway/serve-gateway.ts';
