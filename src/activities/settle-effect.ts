import { Context } from '@temporalio/activity';
import type { Effect } from '../effects/once/effect.ts';
import { settleOnce } from '../effects/once/settle-once.ts';
import { createFailure } from '../failures/create-failure.ts';
import type { SettledEffect, SettleRequest } from '../wire/effect-call.ts';
import { withTypedFailures } from './create-ledger-activities.ts';
import type { EffectActivityDependencies } from './run-effect.ts';

/** What workflows know of it, by `import type` only. */
export type SettleActivities = ReturnType<typeof createSettleActivity>;

/** The activity by which a workflow that ends leaves no effect begun and not settled. */
export function createSettleActivity(
  effects: object,
  { ledger, log }: Pick<EffectActivityDependencies, 'ledger' | 'log'>,
) {
  const declared = effects as Readonly<Record<string, Effect<unknown, unknown> | undefined>>;
  return {
    settleEffect: (request: SettleRequest): Promise<SettledEffect> =>
      withTypedFailures(async () => {
        const { scope, step, input, requestTimeoutMs } = request;
        const { heartbeat, info } = Context.current();
        const effect = declared[request.effect];
        if (!effect) throw createFailure('InvalidRequest', `there is no effect ${request.effect}`);
        const workflowId = info.workflowExecution?.workflowId ?? '';
        const place = { scope, workflowId, ...(step !== undefined && { step }) };
        const settled = await settleOnce(ledger, effect, place, input, {
          requestTimeoutMs,
          heartbeat: () => heartbeat(),
        });
        log.info({ event: 'effect.settled', key: settled.key, state: settled.state });
        return settled;
      }),
  };
}
