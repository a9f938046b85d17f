import { connectionSettings } from '../client/connect.ts';
import { scopesFor } from '../config/scope.ts';
import type { ClientConfig } from '../config.ts';
import type { Policies } from '../policies/catalogue.ts';
import { forecastPolicy } from '../policies/forecast.ts';
import { callOptionsOf } from '../wire/call-options.ts';
import type { CompleteRequest } from '../wire/complete-input.ts';
import { idempotencyKey } from '../wire/idempotency-key.ts';
import { requestIdFor, workflowIdFor } from '../wire/identifiers.ts';
import { type Message, partsOf } from '../wire/message.ts';
import { payloadBytes } from '../wire/payload-limit.ts';
import { formatCount } from './format.ts';
import { type JsonOption, print, printJson } from './output.ts';
import { printableJson } from './printable.ts';
import { policyInWords, worstCaseInWords } from './render-policy.ts';

/** What a dry run is given besides the input. */
export interface DryRunOptions extends JsonOption {
  readonly config: ClientConfig;
}

/** A start, as far as it is known before the model answers. */
export interface PlannedStart {
  readonly workflow: string;
  readonly id: string;
  readonly input: unknown;
  /** Its first question. */
  readonly ask: CompleteRequest & { readonly step: string };
  readonly policies: Partial<Policies>;
  readonly effects?: readonly { readonly name: string; readonly does: string }[];
  /** Sentences below the effects. */
  readonly notes?: readonly string[];
}

/** Shows what a start would ask and do. Nothing is sent, no server is needed. */
export function showPlan(start: PlannedStart, options: DryRunOptions): void {
  const plan = planOf(start, options.config);
  const { notes = [] } = start;
  if (options.json) printJson({ dryRun: true, ...plan, worstCase: worstCases(plan.policies) });
  else print(render(plan, notes));
}

function planOf({ workflow, id, input, policies, ...start }: PlannedStart, config: ClientConfig) {
  const { step, model, messages, schema } = start.ask;
  const workflowId = workflowIdFor(id);
  const { namespace } = connectionSettings();
  const { scope } = scopesFor(config, namespace);
  return {
    ...{ workflow, workflowId, namespace, taskQueue: config.HOLDFAST_TASK_QUEUE },
    inputBytes: payloadBytes(input),
    ask: {
      requestId: requestIdFor(workflowId, step),
      model,
      messages,
      ...(schema && { schema }),
      ...callOptionsOf(start.ask),
    },
    policies,
    effects: (start.effects ?? []).map(({ name, does }) => ({
      ...{ name, does },
      idempotencyKey: idempotencyKey({ scope, workflowId, effect: name }),
    })),
  };
}

function worstCases(policies: Partial<Policies>) {
  return Object.fromEntries(
    Object.entries(policies).map(([name, policy]) => {
      const { waits: _, ...worst } = forecastPolicy(policy);
      return [name, worst];
    }),
  );
}

function render(
  { ask, effects, policies, ...plan }: ReturnType<typeof planOf>,
  notes: readonly string[],
): string {
  const lines = [
    'Nothing is sent. A start would do this:',
    '',
    `workflow    ${plan.workflow} ${plan.workflowId}`,
    `where       queue ${plan.taskQueue} in namespace ${plan.namespace}`,
    `input       ${formatCount(plan.inputBytes)} bytes`,
    '',
    `ask         ${ask.model}, request id ${ask.requestId}`,
    ...ask.messages.flatMap((message) => section(message.role, messageText(message))),
    ...Object.entries(callOptionsOf(ask)).flatMap(([name, value]) =>
      section(name, printableJson(value, 2)),
    ),
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

/** Text as it is, other parts as JSON, without the bytes of files. */
function messageText(message: Message): string {
  return partsOf(message)
    .map((part) => {
      if (part.type === 'text') return part.text;
      const isData = 'data' in part && part.data !== undefined;
      return printableJson(isData ? { ...part, data: `${part.data?.length} characters` } : part);
    })
    .join('\n');
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
