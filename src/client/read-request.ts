import type { z } from 'zod';
import { closestTo } from '../policies/did-you-mean.ts';
import { valueAt } from '../policies/resolve-policies.ts';
import type { CompleteRequest } from '../wire/complete-input.ts';
import { ClientError } from './client-error.ts';
import { requestSchema } from './request-schema.ts';

/** A request as it is written: the model may come from elsewhere. */
export type WrittenRequest = Omit<CompleteRequest, 'model'> &
  Partial<Pick<CompleteRequest, 'model'>>;

/** Names that other interfaces have for the same, as they are written without case and underscores. */
const otherNames: Readonly<Record<string, string>> = {
  maxtokens: 'maximumOutputTokens',
  maxoutputtokens: 'maximumOutputTokens',
  maxcompletiontokens: 'maximumOutputTokens',
  stop: 'stopSequences',
  reasoning: 'reasoningEffort',
  responseformat: 'schema',
  inputschema: 'parameters',
  toolcallid: 'id',
  toolname: 'name',
  input: 'arguments',
  output: 'result',
  filename: 'name',
  imageurl: 'url',
};

const inSettings = Object.keys(requestSchema.shape.settings.unwrap().shape);
const knownNames = [
  ...inSettings,
  ...Object.keys(requestSchema.shape),
  ...'role content type text data url mediaType name id arguments result isError'.split(' '),
  ...'description parameters providerOptions'.split(' '),
];

/**
 * Checks a request for a model, as JSON has it.
 *
 * @returns the request, without `$schema`.
 * @throws ClientError `usage` with a sentence that names the field.
 */
export function readCompleteRequest(given: unknown): WrittenRequest {
  const parsed = requestSchema.safeParse(given);
  if (!parsed.success) {
    const problems = [...new Set(parsed.error.issues.flatMap((issue) => describe(issue, given)))];
    throw new ClientError('usage', `the request does not fit: ${problems.slice(0, 5).join('; ')}`);
  }
  const { $schema: _, ...request } = given as WrittenRequest & { readonly $schema?: string };
  return request;
}

function describe(issue: z.core.$ZodIssue, given: unknown): string[] {
  const { path } = issue;
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => `${[...path, key].join('.')} is not known${hint(key, path)}`);
    case 'invalid_value':
      return [sentence(path, given, `must be ${issue.values.join(', ')}`)];
    case 'invalid_union':
      return describeUnion(issue, given);
    default:
      return [sentence(path, given, issue.message)];
  }
}

/** Of the forms that a value may have, the one is meant in which most of it was right. */
function describeUnion(issue: z.core.$ZodIssueInvalidUnion, given: unknown): string[] {
  const { path, errors } = issue;
  if ('options' in issue) {
    return [sentence(path, given, `must be one of ${(issue.options as string[]).join(', ')}`)];
  }
  const depth = (branch: readonly z.core.$ZodIssue[]) =>
    Math.max(...branch.map((inner) => inner.path.length));
  const [meant = []] = [...errors].sort((one, other) => depth(other) - depth(one));
  if (depth(meant) > 0) {
    return meant.flatMap((inner) => describe({ ...inner, path: [...path, ...inner.path] }, given));
  }
  const forms = errors.flat().map((inner) => {
    if (inner.code === 'invalid_value') return inner.values.join(', ');
    return inner.code === 'invalid_type' ? inner.expected : '';
  });
  return [sentence(path, given, `must be ${forms.filter(Boolean).join(' or ')}`)];
}

/** What was probably meant; nothing where nothing is close. */
function hint(key: string, path: readonly PropertyKey[]): string {
  const plain = key.replaceAll('_', '').toLowerCase();
  const other = otherNames[plain] ?? closestTo(key, knownNames);
  if (other === undefined) return '';
  const isOutside = path[0] !== 'settings' && inSettings.includes(other);
  return `: did you mean ${isOutside ? `settings.${other}` : other}?`;
}

function sentence(path: readonly PropertyKey[], given: unknown, message: string): string {
  const value = valueAt(path, given);
  const field = path.join('.') || 'it';
  if (value === undefined) return `${field} is missing`;
  const isShort = ['number', 'boolean'].includes(typeof value) || String(value).length <= 60;
  const shown = typeof value !== 'object' && isShort ? ` is ${JSON.stringify(value)}:` : ':';
  return `${field}${shown} ${message.replace(/^./, (letter) => letter.toLowerCase())}`;
}
