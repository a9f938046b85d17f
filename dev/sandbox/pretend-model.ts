import type { ExampleOrder } from './example-orders.ts';
import { guessIntent, intentField } from './guess-intent.ts';
import type { ModelProviderRequest } from './model-request.ts';

/**
 * The `answer` of a model that only pretends: it recognises the example emails and answers with
 * what is right to read out of them, and guesses intents by comparing words. Whatever it answers,
 * nothing here looks at a request id or at the true label of a message. It throws, which is a 500,
 * for an email that is no example: better than an invented order.
 */
export function pretendModel(examples: readonly ExampleOrder[]) {
  return ({ messages, schema }: ModelProviderRequest): string => {
    const firstReply = messages.findIndex(({ role }) => role === 'assistant');
    const asked = messages
      .slice(0, firstReply < 0 ? undefined : firstReply)
      .filter(({ role }) => role === 'user')
      .map(({ text }) => text)
      .join('\n');
    const field = schema && intentField(schema);
    if (field)
      return JSON.stringify({ ...field.others, [field.name]: guessIntent(asked, field.intents) });
    const example = recognise(asked, examples);
    if (example) return JSON.stringify(example.extracted);
    if (schema) throw new Error('The pretend model knows only the example orders and intents.');
    return 'This is the sandbox: I only pretend to be a model.';
  };
}

/** The example whose lines, nearly all of them, occur in the prompt, also within a JSON string. */
function recognise(prompt: string, examples: readonly ExampleOrder[]): ExampleOrder | undefined {
  const text = prompt.replaceAll('\\n', '\n').replaceAll('\\"', '"');
  const promptLines = new Set(text.split('\n').map((line) => line.trim()));
  return examples.find(({ request }) => {
    const lines = request.email.split('\n').map((line) => line.trim());
    const written = lines.filter((line) => line !== '');
    const found = written.filter((line) => promptLines.has(line));
    return found.length >= 0.8 * written.length;
  });
}
