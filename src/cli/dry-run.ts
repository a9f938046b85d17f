import { connectionSettings } from '../client/connect.ts';
import type { ClientConfig } from '../config.ts';
import type { Policies } from '../policies/catalogue.ts';
import { forecastPolicy } from '../policies/forecast.ts';
import type { CompleteInput } from '../wire/complete-input.ts';
import { requestIdFor, workflowIdFor } from '../wire/identifiers.ts';
import type { JsonObject } from '../wire/json.ts';
import type { Message } from '../wire/model-call.ts';
import { payloadBytes } from '../wire/payload-limit.ts';
import { formatCount } from './format.ts';
import { type JsonOption, print, printJson } from './output.ts';
import { printableJson } from './printable.ts';
import { policyInWords, worstCaseInWords } from './render-policy.ts';

/** What a dry run is given besides the input. */
export interface DryRunOptions extends JsonOption {
  readonly config: ClientConfig;
}

/** What a start would do, as far as it can be known before the model answers. */
export interface Plan {
  readonly workflow: string;
  readonly workflowId: string;
  readonly namespace: string;
  readonly taskQueue: string;
  readonly inputBytes: number;
  readonly ask: {
    readonly requestId: string;
    readonly model: string;
    readonly messages: readonly Message[];
    readonly schema?: JsonObject;
  };
  readonly policies: Partial<Policies>;
  readonly effects: readonly {
    readonly name: string;
    readonly does: string;
    readonly idempotencyKey: string;
  }[];
  /** Sentences below the effects. */
  readonly notes?: readonly string[];
}

/** Shows what `start complete` would ask. Nothing is sent, no server is needed. */
export function dryRunComplete(id: string, input: CompleteInput, options: DryRunOptions): void {
  const { model, messages, schema } = input.request;
  const plan = planFor('complete', id, input, options);
  const ask = { requestId: requestIdFor(plan.workflowId, 'complete'), model, messages };
  showPlan(
    {
      ...plan,
      ask: { ...ask, ...(schema && { schema }) },
      policies: { model: input.policies.model },
      effects: [],
    },
    options,
  );
}

/** What every start has in common. */
export function planFor(workflow: string, id: string, input: unknown, { config }: DryRunOptions) {
  return {
    workflow,
    workflowId: workflowIdFor(id),
    namespace: connectionSettings().namespace,
    taskQueue: config.HOLDFAST_TASK_QUEUE,
    inputBytes: payloadBytes(input),
  };
}

/** Prints a plan; nothing is sent. */
export function showPlan(plan: Plan, options: DryRunOptions): void {
  const { notes: _, ...facts } = plan;
  if (options.json) printJson({ dryRun: true, ...facts, worstCase: worstCases(plan.policies) });
  else print(render(plan));
}

function worstCases(policies: Partial<Policies>) {
  return Object.fromEntries(
    Object.entries(policies).map(([name, policy]) => {
      const { waits: _, ...worst } = forecastPolicy(policy);
      return [name, worst];
    }),
  );
}

function render({ ask, effects, policies, notes = [], ...plan }: Plan): string {
  const lines = [
    'Nothing is sent. A start would do this:',
    '',
    `workflow    ${plan.workflow} ${plan.workflowId}`,
    `where       queue ${plan.taskQueue} in namespace ${plan.namespace}`,
    `input       ${formatCount(plan.inputBytes)} bytes`,
    '',
    `ask         ${ask.model}, request id ${ask.requestId}`,
    ...ask.messages.flatMap(({ role, content }) => section(role, content)),
    ...(ask.schema ? section('schema', printableJson(ask.schema, 2)) : []),
    '',
    ...Object.entries(policies).flatMap(([name, policy]) => [
      `${name.padEnd(11)} ${policyInWords(policy)}`,
      `${' '.repeat(11)} at worst ${worstCaseInWords(forecastPolicy(policy))}`,
    ]),
  ];
  if (effects.length > 0) {
    lines.push('', 'effects, each once under its idempotency key:');
    for (const { name, does, idempotencyKey } of effects) {
      lines.push(`  ${name.padEnd(9)} ${does}`, `  ${' '.repeat(9)} ${idempotencyKey}`);
    }
    lines.push(...notes);
  }
  return lines.join('\n');
}

function section(title: string, text: string): string[] {
  return [
    '',
    `  ${title}`,
    ...text
      .trimEnd()
      .split('\n')
      .map((line) => `    ${line}`),
  ];
}
