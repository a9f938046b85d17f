import type { AppDefinition } from '../app/define-app.ts';
import type { EffectDefinition, InputOf, ResultOf } from '../app/effect-definition.ts';
import type { Effect, EffectContext } from '../effects/once/effect.ts';
import { EffectError, effectErrorFrom } from '../effects/once/effect-error.ts';
import { AttemptError } from '../failures/attempt-error.ts';
import type { FailedStep } from './model-script.ts';
import { errorFrom, type Trouble } from './trouble.ts';

/** Stands for an effect's target: what it answers, or how the attempt fails. */
export type Double<Input, Result> = (
  input: Input,
  about: { readonly key: string },
) => Result | FailedStep | Promise<Result | FailedStep>;

/** The doubles of an application's effects, by name. Effects in a transaction have none: they are real. */
export type Doubles<App extends AppDefinition> = {
  readonly [Name in keyof App['effects']]?: Double<
    InputOf<App['effects'][Name]>,
    ResultOf<App['effects'][Name]>
  >;
};

/** An effect that was done. */
export interface DoneEffect {
  readonly name: string;
  /** Its idempotency key: `test/T-1:notify`. */
  readonly key: string;
  readonly input: unknown;
}

// biome-ignore-start lint/suspicious/noExplicitAny: each effect has an input and a result of its own.
type AnyDefinition = EffectDefinition<any, any>;
type AnyDouble = Double<any, any>;
// biome-ignore-end lint/suspicious/noExplicitAny: as above

/**
 * The application with its targets doubled. What an effect is, its shapes, identity, stored request
 * and way, stays as declared.
 *
 * @throws Error for a double of an effect that is not there.
 */
export function doubleEffects(
  app: AppDefinition,
  doubles: Readonly<Record<string, AnyDouble | undefined>>,
  trouble: Trouble,
) {
  const declared = app.effects ?? {};
  for (const name of Object.keys(doubles)) {
    if (!Object.hasOwn(declared, name)) throw new Error(`the application has no effect ${name}`);
  }
  /** By key: what an attempt repeats that was rolled back is one effect still. */
  const done = new Map<string, DoneEffect & { readonly result: unknown }>();

  function doubled(name: string, effect: Effect<unknown, unknown>): Effect<unknown, unknown> {
    const double = doubles[name];
    const keep = (key: string, input: unknown, result: unknown) => {
      done.set(key, { name, key, input, result });
      return result;
    };
    if (effect.way === 'same transaction') {
      if (double) throw new Error(`${name} is done in the ledger's transaction: it has no double`);
      const run: typeof effect.run = async (context) =>
        keep(context.key, context.input, await effect.run(context));
      return { ...effect, run };
    }
    const { findMarked: _, ...rest } = effect;
    const lookUp = async ({ key }: { readonly key: string }) => done.get(key)?.result;
    const run = async ({ key, input }: EffectContext<unknown>) =>
      done.get(key)?.result ?? keep(key, input, await answerOf(effect.target, key, input));

    async function answerOf(by: string, key: string, input: unknown): Promise<unknown> {
      const answer = await askDouble(key, input).catch((thrown: unknown) => {
        const { message: reason } = trouble.report(errorFrom(thrown));
        const what = { type: 'InvalidRequest', by, reason, sent: false } as const;
        throw new EffectError('nothing happened', what);
      });
      if (isFailedStep(answer)) throw failed(by, answer);
      return answer;
    }
    async function askDouble(key: string, input: unknown): Promise<unknown> {
      if (double) return double(input, { key });
      throw new Error(
        `the effect ${name} was run, and the test has no double for it: give testWorld({ effects: { ${name}: (input) => result } })`,
      );
    }
    return { ...rest, run, lookUp };
  }

  const effects = Object.entries(declared).map(([name, definition]) => {
    const make: AnyDefinition['make'] = (...made) => doubled(name, definition.make(...made));
    return [name, { ...definition, make }] as const;
  });
  return {
    app: { ...app, effects: Object.fromEntries(effects) } satisfies AppDefinition,
    done: () => [...done.values()].map(({ result: _, ...effect }): DoneEffect => effect),
  };
}

function isFailedStep(answer: unknown): answer is FailedStep {
  return typeof answer === 'object' && answer !== null && Reflect.get(answer, 'kind') === 'fails';
}

/** A target's final no is stored; any other failure says by `sent` whether it may have happened. */
function failed(by: string, { failure }: FailedStep): EffectError {
  const fields = { ...failure, by };
  if (failure.type === 'EffectRefused') return new EffectError('refused', fields);
  return effectErrorFrom(by, new AttemptError(fields));
}
