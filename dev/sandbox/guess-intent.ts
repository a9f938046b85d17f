/** The field of an answer that names an intent, and values that the schema accepts for the rest. */
export interface IntentField {
  readonly name: string;
  readonly intents: readonly string[];
  readonly others: Readonly<Record<string, unknown>>;
}

type JsonSchema = Readonly<Record<string, unknown>>;

/** Finds the first property of an object schema that allows only a list of strings. */
export function intentField(schema: JsonSchema): IntentField | undefined {
  const properties = Object.entries((schema.properties ?? {}) as Record<string, JsonSchema>);
  const found = properties.find(([, { enum: values }]) => isListOfTexts(values));
  if (!found) return undefined;
  const others = properties.filter(([name]) => name !== found[0]);
  return {
    name: found[0],
    intents: found[1].enum as string[],
    others: Object.fromEntries(others.map(([name, { type }]) => [name, plainValue(type)])),
  };
}

/**
 * Guesses which intent a message is about by the words it shares with the intents' names, rare
 * words counting more. This is no classifier, only something honest for a sandbox to say: it is
 * right far more often than chance and far less often than a model. The first intent wins a tie.
 */
export function guessIntent(message: string, intents: readonly string[]): string {
  const spoken = new Set(wordsOf(dropNames(message)));
  const names = intents.map((intent) => ({ intent, words: wordsOf(intent) }));
  const score = (words: readonly string[]) =>
    words
      .filter((word) => spoken.has(word))
      .map((word) => 1 / names.filter((name) => name.words.includes(word)).length)
      .reduce((sum, weight) => sum + weight, 0) / Math.sqrt(words.length);
  let best = { intent: intents[0] ?? '', score: -1 };
  for (const { intent, words } of names) {
    const reached = score(words);
    if (reached > best.score) best = { intent, score: reached };
  }
  return best.intent;
}

/** A prompt may list the intents: names with an underscore are no words of a customer. */
const dropNames = (message: string): string =>
  message.replace(/[\p{L}\p{N}]+(_[\p{L}\p{N}]+)+/gu, ' ');

/** Words in lower case without their commonest endings, so that `charged` meets `charge`. */
function wordsOf(text: string): string[] {
  const words = text.toLowerCase().match(/\p{L}+/gu) ?? [];
  return words.map((word) => (word.length > 4 ? word.replace(/(ing|ed|es|s|e)$/, '') : word));
}

const isListOfTexts = (values: unknown): boolean =>
  Array.isArray(values) && values.length > 0 && values.every((value) => typeof value === 'string');

function plainValue(type: unknown): unknown {
  const plain = { number: 0.5, integer: 1, boolean: false, array: [], object: {}, null: null };
  return plain[String([type].flat()[0]) as keyof typeof plain] ?? '';
}
