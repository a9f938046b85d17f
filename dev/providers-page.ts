import { z } from 'zod';
import { providersFileSchema } from '../src/config/providers.ts';

/** An entry that users have asked for, and what to know about it. */
interface Example {
  readonly title: string;
  readonly text: string;
  readonly entry: z.input<typeof providersFileSchema>[number];
  readonly model: string;
}

const examples: readonly Example[] = [
  {
    title: 'Groq',
    text: 'The address is from [its page](https://console.groq.com/docs/openai).',
    entry: {
      name: 'groq',
      baseUrl: 'https://api.groq.com/openai/v1',
      apiKeyVariable: 'GROQ_API_KEY',
    },
    model: 'groq:openai/gpt-oss-20b',
  },
  {
    title: 'Azure OpenAI',
    text: `The [v1 API](https://learn.microsoft.com/azure/foundry/openai/api-version-lifecycle) of your own
resource, which takes the resource's key and needs no \`api-version\`. What stands after \`azure:\` is the name of
your *deployment*.`,
    entry: {
      name: 'azure',
      baseUrl: 'https://my-resource.openai.azure.com/openai/v1',
      apiKeyVariable: 'AZURE_OPENAI_API_KEY',
    },
    model: 'azure:my-deployment',
  },
  {
    title: 'vLLM, and other servers of your own',
    text: `Without a key nothing is sent as one; one of vLLM that was started with a key needs
\`apiKeyVariable\`. The model is what the server was started with.`,
    entry: { name: 'vllm', baseUrl: 'http://127.0.0.1:8000/v1' },
    model: 'vllm:Qwen/Qwen3-8B',
  },
  {
    title: 'DeepSeek',
    text: `Known by its address: it writes [any JSON object](https://api-docs.deepseek.com/guides/json_mode) and takes no
schema, so it is told the shape in the prompt. Answers are checked with your schema all the same.`,
    entry: {
      name: 'deepseek',
      baseUrl: 'https://api.deepseek.com',
      apiKeyVariable: 'DEEPSEEK_API_KEY',
    },
    model: 'deepseek:deepseek-chat',
  },
  {
    title: 'A gateway with habits of its own',
    text: 'What is said here is not tried out, which saves an attempt an hour.',
    entry: {
      name: 'house',
      baseUrl: 'https://models.example.com/v1',
      apiKeyVariable: 'HOUSE_KEY',
      headers: { 'x-team': 'support' },
      queryParameters: { 'api-version': '2026-03-01' },
      structuredOutput: 'json_schema',
      limitParameter: 'max_completion_tokens',
      finishReasons: { budget_reached: 'length', filtered: 'refused' },
    },
    model: 'house:large',
  },
  {
    title: 'Anthropic at another address',
    text: 'Any family can be reached elsewhere, under another name.',
    entry: {
      name: 'claude',
      family: 'anthropic',
      baseUrl: 'https://models.example.com/anthropic/v1',
      apiKeyVariable: 'CLAUDE_KEY',
    },
    model: 'claude:claude-sonnet-4-5',
  },
];

/** The page for users on the providers file, from the schema that reads it. */
export function providersPage(): string {
  const { properties = {}, required = [] } = entrySchema();
  const rows = Object.entries(properties).map(([name, property]) => {
    const needed = required.includes(name) ? 'yes' : '';
    return `| \`${name}\` | ${needed} | ${valuesOf(property)} | ${property.description} |`;
  });
  return `# Providers of models

\`openai\`, \`openai-responses\`, \`anthropic\`, \`google\` and \`ollama\` are always there, and need only their key
([configuration.md](configuration.md)). Any other endpoint is an entry of a providers file, a JSON list that
\`HOLDFAST_PROVIDERS\` names. Workers read it at their start, name every mistake in it at once, and
warn of a key that is not set. An entry with the name of one that is always there replaces it.

\`\`\`sh
echo HOLDFAST_PROVIDERS=providers.json >> .env   # for the worker and for commands; start it again
holdfast start complete "Say hello" --model ${examples[0]?.model} --wait
\`\`\`

| field | needed | values | what it is |
|---|---|---|---|
${rows.join('\n')}

An editor completes and checks the file with
[schemas/providers.schema.json](../schemas/providers.schema.json). The file is a list, which has no place for a
\`$schema\`: in Visual Studio Code it is named in \`json.schemas\` of the settings.

${examples.map(exampleText).join('\n\n')}

Servers differ in what they take, and in what their errors mean. What Holdfast knows of each, and what it finds out:
[failures.md](failures.md#families-and-their-dialects).

This page is generated from \`src/config/providers.ts\` by \`node dev/write-schemas.ts\`.
`;
}

/** The JSON Schema of the providers file, for editors. */
export function providersSchema(): string {
  const title = 'A providers file of Holdfast: further endpoints of models, by name';
  const schema = z.toJSONSchema(providersFileSchema, { io: 'input' });
  return `${JSON.stringify({ title, ...schema }, undefined, 2)}\n`;
}

function exampleText({ title, text, entry, model }: Example): string {
  // What is shown is what would be read.
  providersFileSchema.parse([entry]);
  return `## ${title}

${text}
Model: \`${model}\`.

\`\`\`json
[
${JSON.stringify(entry, undefined, 2).replaceAll(/^/gm, '  ')}
]
\`\`\``;
}

interface Field {
  readonly description?: string;
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly default?: string;
  readonly additionalProperties?: Field;
}

function entrySchema() {
  const { items } = z.toJSONSchema(providersFileSchema, { io: 'input' });
  return items as {
    readonly properties?: Readonly<Record<string, Field>>;
    readonly required?: readonly string[];
  };
}

function valuesOf(field: Field): string {
  if (field.additionalProperties) return `by name: ${valuesOf(field.additionalProperties)}`;
  const values = field.enum?.map((value) =>
    value === field.default ? `\`${value}\` (otherwise)` : `\`${value}\``,
  );
  return values?.join(', ') ?? field.type ?? '';
}
