import { z } from 'zod';
import type { EffectContext, OutsideEffect, Way } from '../../../src/effects/once/effect.ts';
import { EffectError, type WhatHappened } from '../../../src/effects/once/effect-error.ts';
import type { Ledger } from '../../../src/effects/once/ledger.ts';
import { type RunOnceOptions, runOnce } from '../../../src/effects/once/run-once.ts';
import type { FailureType } from '../../../src/failures/failure-types.ts';

/** Identity is `to` only. */
export type Input = { readonly to: string; readonly note?: string };
type Context = EffectContext<Input>;
type Step = (context: Context) => Promise<string> | string;

/** A target whose answers are a script: it throws on a request that the script does not expect. */
export function scripted(
  way: Exclude<Way, 'same transaction'>,
  steps: Step[],
  lookUps?: ((context: Context) => string | undefined)[],
  more: object = {},
) {
  const requests: { key: string; request: unknown; inDoubt: boolean }[] = [];
  let looked = 0;
  const effect = {
    name: 'send',
    target: 'post',
    way,
    input: z.object({ to: z.string(), note: z.string().exactOptional() }),
    result: z.string(),
    identity: ({ to }: Input) => ({ to }),
    request: (input: Input, key: string) => ({ ...input, key }),
    async run(context: Context) {
      requests.push({ key: context.key, request: context.request, inDoubt: context.inDoubt });
      const step = steps.shift();
      if (!step) throw new Error('unexpected request');
      return step(context);
    },
    ...(lookUps && {
      async lookUp(context: Context) {
        looked += 1;
        const lookUp = lookUps.shift();
        if (!lookUp) throw new Error('unexpected look-up');
        return lookUp(context);
      },
    }),
    ...more,
  } as unknown as OutsideEffect<Input, string>;
  return { effect, requests, looked: () => looked };
}

/** A step that fails. */
export function fails(state: WhatHappened, type: FailureType): () => never {
  return () => {
    throw new EffectError(state, { type, by: 'post', reason: 'scripted' });
  };
}

/** `runOnce` on a ledger, in scope `test`, with a short request timeout. */
export function runner(ledger: () => Ledger) {
  return (
    effect: OutsideEffect<Input, string>,
    workflowId: string,
    input: Input = { to: 'ada' },
    options: RunOnceOptions = {},
  ) => {
    const place = { scope: 'test', workflowId };
    return runOnce(ledger(), effect, place, input, { requestTimeoutMs: 100, ...options });
  };
}
