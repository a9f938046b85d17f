import { seededRandom } from './seeded.ts';

const processes = ['worker-1', 'worker-2', 'Temporal', 'PostgreSQL'] as const;
const wires = ['to Stripe', 'to GitHub', 'to PostgreSQL', 'to Temporal'] as const;

/** What can be killed and paused. */
export type ProcessName = (typeof processes)[number];
/** What can be cut: the worker's connections to one server. */
export type WireName = (typeof wires)[number];

/** One thing that happens to the world. */
export type Step = { readonly atMs: number } & (
  | { readonly kind: 'start'; readonly order: string; readonly needsApproval: boolean }
  /** At that time; or then as soon as its payment is there, before its ticket can be. */
  | { readonly kind: 'cancel'; readonly order: string; readonly whenCharged?: boolean }
  | { readonly kind: 'kill' | 'pause'; readonly what: ProcessName; readonly forMs: number }
  /** All connections die at this byte, counted from now on over all of them in both directions. */
  | { readonly kind: 'cut'; readonly wire: WireName; readonly atByte: number }
);

/** How large a run is. */
export interface Size {
  /** Workers beside each other; a schedule of its own may strike fewer than both. */
  readonly workers: 1 | 2;
  readonly orders: number;
  readonly cancels: number;
  /** Kills and pauses, one after the other. */
  readonly strikes: number;
  readonly cuts: number;
  /** All of it happens in this time. */
  readonly overMs: number;
}

/** What happens, and when: all of it follows from the seed. */
export function scheduleOf(seed: number, size: Size): readonly Step[] {
  const random = seededRandom(seed);
  const below = (limit: number) => Math.floor(random() * limit);
  const one = <T>(list: readonly T[]) => list[below(list.length)] as T;
  const { orders, cancels, strikes, cuts, overMs } = size;
  const ids = Array.from({ length: orders }, (_, index) => `order-${index + 1}`);
  const starts = ids.map((order): Step => {
    const needsApproval = random() < 0.2;
    return { atMs: below(overMs * 0.6), kind: 'start', order, needsApproval };
  });
  const startOf = (order: string) => starts[ids.indexOf(order)]?.atMs ?? 0;
  const cancelled = new Set(Array.from({ length: cancels }, () => one(ids)));
  const lengthMs = strikes > 0 ? overMs / strikes : 0;
  return [
    ...starts,
    ...[...cancelled].map((order, index): Step => {
      const atMs = startOf(order) + below(2000);
      return { atMs, kind: 'cancel', order, whenCharged: index % 2 === 0 };
    }),
    ...Array.from({ length: strikes }, (_, index): Step => {
      const kind = one(['kill', 'pause'] as const);
      const atMs = Math.floor(lengthMs * index) + below(lengthMs * 0.3);
      return { atMs, kind, what: one(processes), forMs: 500 + below(lengthMs * 0.5) };
    }),
    ...Array.from({ length: cuts }, (): Step => {
      return { atMs: below(overMs), kind: 'cut', wire: one(wires), atByte: 1 + below(20_000) };
    }),
  ].sort((a, b) => a.atMs - b.atMs);
}

/** A step in a line. */
export function describeStep(step: Step): string {
  const at = `${(step.atMs / 1000).toFixed(2).padStart(7)} s`;
  switch (step.kind) {
    case 'start':
      return `${at}  start ${step.order}${step.needsApproval ? ', needs an approval' : ''}`;
    case 'cancel':
      return `${at}  cancel ${step.order}${step.whenCharged ? ' when it is charged' : ''}`;
    case 'cut':
      return `${at}  cut ${step.wire} at byte ${step.atByte}`;
    default:
      return `${at}  ${step.kind} ${step.what} for ${step.forMs} ms`;
  }
}
