import { formatCount } from '../../src/cli/format.ts';
import type { Check } from './check-outside.ts';
import type { Classified } from './classify-all.ts';
import type { AttemptAccount } from './worker-log.ts';

/** What is known when all messages are through. */
export interface MessagesSeen {
  readonly started: number;
  readonly classified: readonly Classified[];
  readonly attempts: AttemptAccount;
  /** As the sandbox's provider counted them; the user's own provider is not asked. */
  readonly modelRequests?: number;
  readonly tookMs: number;
}

/** Holds what came out against what must be. */
export function checkMessages(seen: MessagesSeen): Check[] {
  const { classified, started, attempts, modelRequests } = seen;
  const answered = classified.filter((one) => one.kind === 'answered');
  const failed = classified.filter((one) => one.kind === 'failed');
  const byType = [...Map.groupBy(failed, ({ type }) => type)].map(
    ([type, list]) => `${list.length} ${type}`,
  );
  const sum = (of: (one: (typeof answered)[number]) => number) =>
    answered.reduce((total, one) => total + of(one), 0);
  const agreed = answered.filter(({ intent, category }) => intent === category).length;
  const perSecond = (started / (seen.tookMs / 1000)).toFixed(1);
  return [
    {
      what: 'messages',
      seen: `${started} started, ${answered.length} answered, ${failed.length} failed`,
      where: `Temporal; ${perSecond} a second`,
      problems: failed.length > 0 ? [`failed: ${byType.join(', ')}`] : [],
    },
    requestsCheck(modelRequests, attempts.sent),
    {
      what: 'retries',
      seen: `${sum(({ result }) => result.attempts - result.repairs - 1)}, and ${sum(({ result }) => result.repairs)} repairs`,
      where: "the workflows' results",
      problems: [],
    },
    {
      what: 'tokens',
      seen: `${formatCount(sum(({ result }) => result.usage.inputTokens))} in, ${formatCount(sum(({ result }) => result.usage.outputTokens))} out`,
      where: 'as the provider counted them',
      problems: [],
    },
    {
      what: 'agreement',
      seen: `${agreed} of ${answered.length} (${Math.round((agreed / Math.max(1, answered.length)) * 100)} %)`,
      where:
        modelRequests === undefined
          ? "with the file's labels"
          : "with the file's labels; the sandbox only compares words, it is no model",
      problems: [],
    },
  ];
}

function requestsCheck(modelRequests: number | undefined, sent: number): Check {
  if (modelRequests === undefined) {
    return {
      what: 'model requests',
      seen: `${sent} attempts sent`,
      where: "the worker's log; your provider's own count is not known here",
      problems: [],
    };
  }
  return {
    what: 'model requests',
    seen: `${modelRequests} received, ${sent} attempts sent`,
    where: "the provider, against the worker's log",
    problems:
      modelRequests === sent
        ? []
        : [`the provider received ${modelRequests} requests for ${sent} attempts sent`],
  };
}
