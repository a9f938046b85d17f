import path from 'node:path';
import { execa } from 'execa';
import OpenAI from 'openai';
import { pythonWith } from '../../dev/servers/python-packages.ts';
import type { Target } from './load.ts';

/** One call of an application. */
export interface ApplicationCall {
  readonly model: string;
  readonly prompt: string;
  readonly isStream: boolean;
}

/** Makes the calls, all at once. @returns for each whether the application got its whole answer. */
export type Application = (
  target: Target,
  calls: readonly ApplicationCall[],
) => Promise<readonly boolean[]>;

const timeoutSeconds = 90;

/** With OpenAI's client for Node, its own retries left on. */
const inNode: Application = async ({ baseUrl, headers }, calls) => {
  const openai = new OpenAI({
    ...{ baseURL: baseUrl, apiKey: 'any', defaultHeaders: headers },
    timeout: timeoutSeconds * 1000,
  });
  const once = async ({ model, prompt, isStream }: ApplicationCall) => {
    const asked = { model, messages: [{ role: 'user' as const, content: prompt }] };
    if (!isStream) {
      const { choices } = await openai.chat.completions.create(asked);
      return choices[0]?.finish_reason === 'stop';
    }
    let isWhole = false;
    for await (const { choices } of await openai.chat.completions.create({
      ...asked,
      stream: true,
    })) {
      if (choices[0]?.finish_reason === 'stop') isWhole = true;
    }
    return isWhole;
  };
  // No SDK asks again for a stream that broke: the application does.
  const made = async (call: ApplicationCall) =>
    (await once(call).catch(() => false)) ||
    (call.isStream && (await once(call).catch(() => false)));
  return Promise.all(calls.map(made));
};

/** The applications that there are here, by the language of their SDK. */
export async function applications(): Promise<Readonly<Record<string, Application>>> {
  const found = await pythonWith('openai==3.57.0');
  if ('reason' in found) {
    console.log(`No application in Python: ${found.reason}`);
    return { node: inNode };
  }
  const script = path.join(import.meta.dirname, 'python_calls.py');
  const inPython: Application = async (target, calls) => {
    const asked = JSON.stringify({ ...target, calls, timeoutSeconds });
    const { stdout } = await execa(found.python, [script, asked], { stdin: 'ignore' });
    return JSON.parse(stdout);
  };
  return { node: inNode, python: inPython };
}
