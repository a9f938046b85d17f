import { asFields, asList, asText, type Fields } from './read-json.ts';

/**
 * Leaves out what breaks the protocol although nobody needs it: a number for an id, a date as text,
 * an empty error beside a whole answer, counts as text. A paid answer is not thrown away for these.
 */
export function tidyFields(body: Fields, usageField: string): Fields {
  const { error: _, ...rest } = body;
  const strings = ['id', 'model', 'responseId', 'modelVersion', 'service_tier'];
  const entries = Object.entries(rest).filter(
    ([name, value]) =>
      (!strings.includes(name) || typeof value === 'string') &&
      (!name.startsWith('created') || typeof value === 'number'),
  );
  const usage = body[usageField];
  return {
    ...Object.fromEntries(entries),
    ...(usage !== undefined && usage !== null && { [usageField]: tidyUsage(asFields(usage)) }),
  };
}

/** Counts as numbers, also where they came as text; what is no count is left out. */
function tidyUsage(usage: Fields): Fields {
  const entries = Object.entries(usage).flatMap(([name, value]) => {
    if (Array.isArray(value)) return [[name, value]];
    if (typeof value === 'object' && value !== null) return [[name, tidyUsage(asFields(value))]];
    const count = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
    return typeof count === 'number' || typeof value === 'string' ? [[name, count]] : [];
  });
  return Object.fromEntries(entries);
}

/** A chat completion in the types that the AI SDK expects. */
export function tidyChat(body: Fields): Fields {
  const tidied = tidyFields(body, 'usage');
  if (!Array.isArray(body.choices)) return tidied;
  const choices = asList(body.choices).map((choice, index) => {
    const { message, finish_reason } = choice;
    return {
      index,
      ...(typeof finish_reason === 'string' && { finish_reason }),
      ...(typeof message === 'object' && message !== null && { message: tidyMessage(message) }),
    };
  });
  return { ...tidied, choices };
}

function tidyMessage(message: object): Fields {
  const fields = asFields(message);
  const { content, refusal, tool_calls, annotations: _, audio: __, ...rest } = fields;
  const kept = Object.entries(rest).filter(
    ([name, value]) => !name.startsWith('reasoning') || typeof value === 'string',
  );
  return {
    ...Object.fromEntries(kept),
    role: 'assistant',
    content: chatText(content) ?? null,
    ...(asText(refusal) !== '' && { refusal }),
    ...(Array.isArray(tool_calls) && { tool_calls: asList(tool_calls).map(tidyToolCall) }),
  };
}

function tidyToolCall({ id, ...call }: Fields): Fields {
  const hasId = typeof id === 'string' || typeof id === 'number';
  return { ...call, type: 'function', ...(hasId && { id: String(id) }) };
}

/** The text of a message, which may come in parts, as Mistral's does; `undefined` where it has none. */
export function chatText(content: unknown): string | undefined {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return undefined;
  return content
    .map((part) => (typeof part === 'string' ? part : asText(asFields(part).text)))
    .join('');
}
