import { type GitHubSandbox, startGitHub } from '../../../dev/sandbox/github.ts';
import type { WireFault } from '../../../dev/sandbox/wire-fault.ts';
import type { Ledger } from '../../../src/effects/once/ledger.ts';
import { runOnce } from '../../../src/effects/once/run-once.ts';
import { createOctokit } from '../../../src/effects/targets/github/github-client.ts';
import type { OpenIssueDependencies } from '../../../src/effects/targets/github/open-issue.ts';
import type { OpenTicketInput } from '../../../src/orders/open-ticket.ts';
import { createOpenTicket } from '../../support/order-effects.ts';

export const markerSecret = 'a secret of the tests';
export const issuesPath = '/repos/acme/fulfilment/issues';
export const pass: WireFault = { kind: 'pass' };

type Faults = (context: { method: string; path: string; nthForThisRoute: number }) => WireFault;

/** A GitHub that fails as told, for one test. */
export async function github(
  t: { after: (cleanup: () => Promise<void>) => void },
  faults: Faults = () => pass,
): Promise<GitHubSandbox> {
  const server = await startGitHub({ faults });
  t.after(() => server.stop());
  return server;
}

function ticketEffect(server: GitHubSandbox, more: Partial<OpenIssueDependencies> = {}) {
  return createOpenTicket({
    octokit: createOctokit({ token: server.token, baseUrl: server.baseUrl }),
    repository: `${server.owner}/${server.repo}`,
    markerSecret,
    actsWithinMs: 0,
    ...more,
  });
}

function inputFor(orderId: string, description = 'M8 bolt'): OpenTicketInput {
  return {
    order: {
      orderId,
      customerId: 'cus_1',
      paymentMethod: 'pm_1',
      extracted: {
        items: [{ description, quantity: 2, unitPrice: '60.00' }],
        total: '120.00',
        currency: 'EUR',
      },
      total: { amountMinor: 12000, currency: 'eur' },
      reviewReasons: [],
      fingerprint: 'v1:order',
    },
    charge: { chargeId: 'pi_1', amountMinor: 12000, currency: 'eur' },
  };
}

/** Opens the ticket of an order, in scope `test`. */
export function open(
  ledger: Ledger,
  server: GitHubSandbox,
  orderId: string,
  {
    description,
    requestTimeoutMs = 1500,
    ...more
  }: Partial<OpenIssueDependencies> & { description?: string; requestTimeoutMs?: number } = {},
) {
  const place = { scope: 'test', workflowId: orderId };
  const input = inputFor(orderId, description);
  return runOnce(ledger, ticketEffect(server, more), place, input, { requestTimeoutMs });
}

/** How many times the creation of an issue was asked for. */
export const created = (server: GitHubSandbox) =>
  server.requests.filter(({ method, path }) => method === 'POST' && path === issuesPath).length;
