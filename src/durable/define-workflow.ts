import { setHandler, workflowInfo } from '@temporalio/workflow';
import type { z } from 'zod';
import type { AppDefinition } from '../app/define-app.ts';
import type { InputOf, ResultOf } from '../app/effect-definition.ts';
import { createFailure } from '../failures/create-failure.ts';
import { didYouMean } from '../policies/did-you-mean.ts';
import { type CallOptions, callOptionsOf, withOwnLimit } from '../wire/call-options.ts';
import { fingerprintOf, languageNames } from '../wire/identifiers.ts';
import type { Json, JsonObject } from '../wire/json.ts';
import type { Message } from '../wire/message.ts';
import type { AnswerExtras, CallReport } from '../wire/model-call.ts';
import type { Rules } from '../wire/rules.ts';
import { type AwaitApproval, listenForApprovals } from './approvals.ts';
import { askModel } from './ask-model.ts';
import type { Answered } from './conversation.ts';
import { runToItsEnd } from './end-workflow.ts';
import { sameInputQuery } from './messages.ts';
import { readRules } from './read-rules.ts';
import { effectRunner, type RunEffect } from './run-effects.ts';
import { reportOf, trackProgress } from './track-progress.ts';

/** A prompt: text, or the messages of a conversation. */
export type Prompt = string | readonly Message[];

/** How one ask differs from the question as it is declared. */
export interface AskOptions extends Pick<CallOptions, 'settings'> {
  /** `<provider>:<model>` instead of the question's own. */
  readonly model?: string;
  /** Names the call in its request id. Default: the question's name, numbered when asked again. */
  readonly step?: string;
  /** For people, in the Temporal UI. Default: the step. */
  readonly title?: string;
}

/** A question that no application declares: a model and, where it has one, a JSON Schema. */
export interface AdHocQuestion extends AskOptions {
  readonly model: string;
  readonly prompt: Prompt;
  readonly schema?: JsonObject;
}

/** What is asked where the whole answer is wanted: tools may be offered too. */
export type WholeQuestion = AdHocQuestion & CallOptions;

/** All of an answer: text, or the value of a schema, and what came with it. */
export interface WholeAnswer extends AnswerExtras {
  readonly value: Json;
  /** The model that answered. */
  readonly model: string;
}

/** Asks a model: `ask.summarise(prompt)` for a declared question, `ask({ model, prompt })` for any. */
export type Ask<App extends AppDefinition> = {
  readonly [Name in keyof App['questions']]: (
    prompt: Prompt,
    options?: AskOptions,
  ) => Promise<
    App['questions'][Name] extends { readonly answer: infer Answer extends z.ZodType }
      ? z.output<Answer>
      : never
  >;
} & ((question: AdHocQuestion) => Promise<Json>);

/** The effects that an application declares, each done once. */
export type EffectsOf<App extends AppDefinition> = {
  readonly [Name in keyof App['effects']]: RunEffect<
    InputOf<App['effects'][Name]>,
    ResultOf<App['effects'][Name]>
  >;
};

/** What a workflow works with. */
export interface Tools<App extends AppDefinition> {
  /** The workflow's id: the business key that it was started with. */
  readonly id: string;
  readonly ask: Ask<App>;
  /** Asks for the whole answer: reasoning, calls of the tools that are offered, files. */
  readonly askWhole: (question: WholeQuestion) => Promise<WholeAnswer>;
  readonly effects: EffectsOf<App>;
  /** Waits for a person. */
  readonly approval: AwaitApproval;
  /** Says where the workflow is, for `watch` and `status`. */
  readonly step: (name: string) => void;
  /** What its calls have used up so far. */
  readonly report: () => CallReport;
  /** What rules this run: scope, ledger, policies. */
  readonly rules: () => Promise<Rules>;
}

/** How one start differs from others of the same workflow. */
export interface StartOverrides {
  /** Overrides of policies, by name: unknown JSON, checked by the worker. */
  readonly policies?: unknown;
}

/** A workflow, as it is exported from the file that the worker serves. */
export interface HoldfastWorkflow<Name extends string, Input, Result> {
  (input: Input, overrides?: StartOverrides): Promise<Result>;
  readonly workflowName: Name;
}

/** How a workflow is told from another one under the same id. */
export interface WorkflowOptions<Input> {
  /**
   * The part of the input that makes it the same workflow; the rest may differ when it is started
   * again. Default: all of it.
   */
  readonly identity?: (input: Input) => unknown;
}

/**
 * The workflows of an application, which is given by its type only:
 * `const { workflow } = holdfast<typeof app>();`
 */
export function holdfast<App extends AppDefinition>() {
  return {
    /**
     * Makes a workflow. It is exported under its own name.
     *
     * @param name what it is started by; a worker refuses one that is exported under another.
     */
    workflow<const Name extends string, Input, Result>(
      name: Name,
      run: (input: Input, tools: Tools<App>) => Promise<Result>,
      { identity }: WorkflowOptions<Input> = {},
    ): HoldfastWorkflow<Name, Input, Result> {
      const workflow = async (input: Input, overrides: StartOverrides = {}): Promise<Result> => {
        if (identity) {
          const own = fingerprintOf(identity(input));
          setHandler(sameInputQuery, (other) => fingerprintOf(identity(other as Input)) === own);
        }
        const { tools, effects, progress } = toolsOf<App>(overrides);
        // A mistake in them is told also by a workflow that asks and does nothing.
        if (overrides.policies !== undefined) await tools.rules();
        const result = await runToItsEnd(() => run(input, tools), effects, progress);
        progress.step('done');
        return result;
      };
      return Object.assign(workflow, { workflowName: name });
    },
  };
}

function toolsOf<App extends AppDefinition>({ policies }: StartOverrides) {
  const progress = trackProgress();
  const approval = listenForApprovals(progress.park);
  const asked = new Set<string>();
  let reading: Promise<Rules> | undefined;
  const rules = () => {
    reading ??= readRules(policies);
    return reading;
  };
  /** A deploy may have added it since this run began; what ruled the run until now rules it on. */
  async function rulesKnowing(kind: 'models' | 'effects', name: string): Promise<Rules> {
    const known = await rules();
    if (Object.hasOwn(known[kind], name)) return known;
    reading = Promise.resolve(withAdditions(known, await readRules(policies)));
    return reading;
  }
  async function rulesKnowingQuestion(name: string, model: string | undefined): Promise<Rules> {
    if (model === undefined) return rulesKnowing('models', name);
    const known = await rules();
    const { questions = [name] } = known;
    return questions.includes(name) ? known : rulesKnowing('models', name);
  }
  const effects = effectRunner(progress);

  /** A step of its own for each ask: two calls under one request id would be one to the provider. */
  function stepFor(name: string): string {
    let step = name;
    for (let count = 2; asked.has(step); count += 1) step = `${name}.${count}`;
    return take(step);
  }
  function take(step: string): string {
    if (asked.has(step)) {
      throw createFailure('InvalidRequest', `the step ${step} was asked already in this run`);
    }
    asked.add(step);
    return step;
  }
  async function ask(
    name: string,
    prompt: Prompt,
    { step: given, title, model, ...options }: AskOptions & CallOptions,
    shape: { readonly question?: string; readonly schema?: JsonObject },
  ): Promise<Answered> {
    const step = given === undefined ? stepFor(name) : take(given);
    const { question: declared } = shape;
    const ruled = declared === undefined ? await rules() : await rulesKnowingQuestion(name, model);
    const { policies: ruling, models, queues, questions } = ruled;
    if (declared !== undefined && questions && !questions.includes(name)) {
      const message = `the application of this worker has no question ${name}`;
      throw createFailure('InvalidRequest', `${message}${didYouMean(name, questions)}`);
    }
    const askedModel = model ?? models[name];
    if (askedModel === undefined) {
      throw createFailure('InvalidRequest', `the question ${name} names no model`);
    }
    const messages: readonly Message[] =
      typeof prompt === 'string' ? [{ role: 'user', content: prompt }] : prompt;
    const question = {
      step,
      title: title ?? step,
      model: askedModel,
      messages,
      policy: withOwnLimit(ruling.model, options.settings),
      options: callOptionsOf(options),
    };
    return askModel({ ...question, shape, taskQueue: queues.calls }, progress);
  }
  const adHoc = ({ prompt, schema, ...options }: WholeQuestion) =>
    ask('ask', prompt, options, schema ? { schema } : {});
  const value = async (answered: Promise<Answered>) => (await answered).value;

  const tools: Tools<App> = {
    id: workflowInfo().workflowId,
    ask: new Proxy((question: AdHocQuestion) => value(adHoc(question)), {
      get: byName(
        (question) =>
          (prompt: Prompt, options: AskOptions = {}) =>
            value(ask(question, prompt, options, { question })),
      ),
    }) as never,
    async askWhole(question) {
      const { value, model, extras } = await adHoc(question);
      return { value: value as Json, model, ...extras };
    },
    effects: new Proxy(
      {},
      {
        get: byName(
          (name) => (input: unknown, options: object) =>
            effects.run(name, input, rulesKnowing('effects', name), options),
        ),
      },
    ) as EffectsOf<App>,
    approval,
    step: progress.step,
    report: () => reportOf(progress),
    rules,
  };
  return { tools, effects, progress };
}

/** Only what the run does not know yet is taken from the rules of today. */
function withAdditions(known: Rules, { policies, questions, models, effects }: Rules): Rules {
  const all = known.questions && questions && [...known.questions, ...questions];
  return {
    ...known,
    ...(all && { questions: all }),
    policies: { ...policies, ...known.policies },
    models: { ...models, ...known.models },
    effects: { ...effects, ...known.effects },
  };
}

/** What JavaScript itself asks of an object that is returned, awaited or printed is no step. */
function byName(step: (name: string) => unknown) {
  return (_: object, name: string | symbol): unknown =>
    typeof name === 'symbol' || languageNames.includes(name) ? undefined : step(name);
}
