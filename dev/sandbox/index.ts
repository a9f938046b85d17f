import { type ExampleOrder, loadExampleOrders } from './example-orders.ts';
import { type GitHubSandbox, type GitHubSandboxOptions, startGitHub } from './github.ts';
import {
  type ModelProvider,
  type ModelProviderOptions,
  startModelProvider,
} from './model-provider.ts';
import { onceOnly } from './once-only.ts';
import { pretendModel } from './pretend-model.ts';
import { type StripeSandbox, type StripeSandboxOptions, startStripe } from './stripe.ts';

export interface SandboxOptions {
  /** Default: a model that knows the example orders, and nothing goes wrong. */
  readonly model?: Partial<ModelProviderOptions>;
  /** Default: the customers and payment methods of the example orders; `cus_other` as well. */
  readonly stripe?: Partial<StripeSandboxOptions>;
  readonly github?: GitHubSandboxOptions;
}

/** The world outside, on 127.0.0.1: whom Holdfast asks, charges through and opens tickets at. */
export interface Sandbox {
  readonly model: ModelProvider;
  readonly stripe: StripeSandbox;
  readonly github: GitHubSandbox;
  stop(): Promise<void>;
}

/** Starts model provider, Stripe and GitHub. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const examples = loadExampleOrders();
  const started = await Promise.allSettled([
    startModelProvider({ answer: pretendModel(examples), ...options.model }),
    startStripe({ ...seedOf(examples), ...options.stripe }),
    startGitHub(options.github),
  ]);
  const stop = onceOnly(async () => {
    await Promise.all(started.map((one) => one.status === 'fulfilled' && one.value.stop()));
  });
  const [model, stripe, github] = started;
  if (
    model.status === 'fulfilled' &&
    stripe.status === 'fulfilled' &&
    github.status === 'fulfilled'
  ) {
    return { model: model.value, stripe: stripe.value, github: github.value, stop };
  }
  await stop();
  throw new AggregateError(
    started.flatMap((one) => (one.status === 'rejected' ? [one.reason] : [])),
    'the sandbox could not start',
  );
}

/** The customer that the hostile email names exists, with a card: it must not be charged. */
const bystander = { id: 'cus_other', paymentMethod: 'pm_other' };

function seedOf(examples: readonly ExampleOrder[]) {
  const customers = [...examples.map(({ request }) => request.customer), bystander];
  return {
    customers: customers.map(({ id }) => ({ id, name: id, email: `${id}@customers.example` })),
    paymentMethods: customers.map(({ id, paymentMethod }) => ({ id: paymentMethod, customer: id })),
  };
}
