import { existsSync, realpathSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import { getCallSites } from 'node:util';
import type { z } from 'zod';
import { type AnswerShape, schemaFromZod } from '../calls/answers/answer-shape.ts';
import { zodProblem } from '../calls/answers/zod-problem.ts';
import { catalogue, effectPolicy, type PolicySet } from '../policies/catalogue.ts';
import { changePolicies, type PolicyOverrides } from '../policies/resolve-policies.ts';
import type { ListedEffect } from '../wire/effect-call.ts';
import { languageNames, namePattern } from '../wire/identifiers.ts';
import type { EffectDefinition } from './effect-definition.ts';

/** A question to a model, with the shape that its answer must have. */
export interface QuestionDefinition {
  /** `<provider>:<model>`; a workflow may ask another one. */
  readonly model?: string;
  /** Refinements included: they run on the worker. */
  readonly answer: z.ZodType;
}

/** What a project has: the questions its workflows ask, and the effects they run. */
export interface AppDefinition {
  readonly questions?: Readonly<Record<string, QuestionDefinition>>;
  // biome-ignore lint/suspicious/noExplicitAny: each effect has an input and a result of its own.
  readonly effects?: Readonly<Record<string, EffectDefinition<any, any>>>;
  /** What differs from the catalogue for this application's workflows. */
  readonly policies?: PolicyOverrides;
}

/** All that is wrong with an application, a sentence each. */
export class InvalidApp extends Error {
  override readonly name = 'InvalidApp';
}

/**
 * Declares what a project has. Workflows import it by type only; the worker runs it.
 *
 * @throws InvalidApp for a name that no idempotency key can hold, an answer that JSON Schema cannot
 * express or that cannot reach a workflow, or a policy that makes no sense.
 */
export function defineApp<const Definition extends AppDefinition>(
  definition: Definition,
): Definition {
  const effects = Object.entries(definition.effects ?? {});
  const own = effects.flatMap(([name, { policy }]) => (typeof policy === 'string' ? [] : [name]));
  const problems = [
    ...effects.flatMap(([name, { policy }]) => [
      ...nameProblem(name),
      ...(activitiesOfHoldfast.includes(name)
        ? [`the effect ${name} has the name of one of Holdfast's own activities; give it another`]
        : []),
      ...policyProblem(name, policy, [...Object.keys(catalogue), ...own]),
    ]),
    ...Object.entries(definition.questions ?? {}).flatMap(([name, { answer, model }]) => [
      ...nameProblem(name),
      ...problemOf(() => zodProblem(answer), `the answer of ${name}`),
      ...(model === undefined || /^[^\s:]+:\S+$/.test(model)
        ? []
        : [`the model of ${name} is ${model}; write it provider:model`]),
    ]),
  ];
  if (problems.length === 0) problems.push(...problemOf(() => policiesOf(definition), 'policies'));
  if (problems.length > 0) throw new InvalidApp(problems.join('; '));
  const file = fileOfCaller();
  if (file !== undefined) files.set(definition, file);
  return definition;
}

/** Where applications were declared: other threads load them from there. */
const files = new WeakMap<AppDefinition, string>();

/** Not the program's own file: to load that one is to start the program again. */
function fileOfCaller(): string | undefined {
  const names = getCallSites().map(({ scriptName }) =>
    isAbsolute(scriptName) ? pathToFileURL(scriptName).href : scriptName,
  );
  const file = names.find((name) => name !== import.meta.url);
  const program = process.argv[1];
  const isProgram = program !== undefined && file === pathToFileURL(realpathOf(program)).href;
  return isProgram || !file?.startsWith('file:') ? undefined : file;
}

function realpathOf(file: string): string {
  return existsSync(file) ? realpathSync(file) : file;
}

/** Effects are activities too, and one of two with one name would run in place of the other. */
const activitiesOfHoldfast: readonly string[] = [
  ...['callModel', 'readRules', 'readQueues', 'changePolicy', 'readAttempts', 'readGates'],
  'readHealth',
  ...['holdProvider', 'releaseProvider'],
  ...['listEffects', 'showEffect', 'resolveEffect', 'reconcileEffects', 'pruneEffects'],
  ...['settleEffect', 'ledgerRestored'],
];

function nameProblem(name: string): string[] {
  if (languageNames.includes(name)) return [`${name} is a name of the language; give it another`];
  // A dot would part the name from a step.
  if (namePattern.test(name) && !name.includes('.')) return [];
  return [`${name} does not fit an idempotency key: use at most 40 letters, digits, _ and -`];
}

/** Fields make a policy of the effect's name, which must not change what others mean by it. */
function policyProblem(
  name: string,
  policy: EffectDefinition<never, never>['policy'],
  known: readonly string[],
): string[] {
  if (typeof policy !== 'string') {
    if (!Object.hasOwn(catalogue, name)) return [];
    return [`the effect ${name} has a policy of its own, and the catalogue has one of that name`];
  }
  if (policy !== 'model' && known.includes(policy)) return [];
  const others = known.filter((each) => each !== 'model');
  return [`there is no policy ${policy} for the effect ${name}; known are ${others.join(', ')}`];
}

/** @param work returns what is wrong, if that is text, or throws it. */
function problemOf(work: () => unknown, what: string): string[] {
  try {
    const problem = work();
    return typeof problem === 'string' ? [`${what}: ${problem}`] : [];
  } catch (error) {
    return [`${what}: ${error instanceof Error ? error.message : error}`];
  }
}

/** The policies of an application: the catalogue's and its own, with overrides in order. @throws InvalidPolicy */
export function policiesOf(app: AppDefinition, ...overrides: unknown[]): PolicySet {
  const own = Object.entries(app.effects ?? {}).flatMap(([name, { policy }]) =>
    typeof policy === 'string' ? [] : [[name, { ...effectPolicy, ...policy }] as const],
  );
  const base: PolicySet = { ...catalogue, ...Object.fromEntries(own) };
  return changePolicies(base, app.policies ?? {}, ...overrides);
}

/** What is known of an application's effects without making them. */
export function listEffectsOf({ effects = {} }: AppDefinition): ListedEffect[] {
  return Object.entries(effects).map(([name, { policy, does, retentionDays }]) => ({
    name,
    policy: typeof policy === 'string' ? policy : name,
    does,
    retentionDays,
  }));
}

/** The shapes of an application's answers, by the name of the question. */
export function shapesOf(app: AppDefinition): Record<string, AnswerShape> {
  const file = files.get(app);
  const shapes = Object.entries(app.questions ?? {}).map(([name, { answer }]) => {
    const question = file === undefined ? {} : { question: { file, name } };
    return [name, { schema: schemaFromZod(answer), answer, ...question }] as const;
  });
  return Object.fromEntries(shapes);
}
