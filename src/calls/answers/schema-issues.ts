import type { ErrorObject } from 'ajv';
import type { PlacedIssue } from './describe-issues.ts';
import type { Path } from './read-value.ts';
import { oneOf } from './zod-issues.ts';

/** More than these say nothing new. */
const maximumIssues = 1000;

/** Violations of a JSON Schema in words, also those within the branches of a choice. */
export function schemaIssues(errors: readonly ErrorObject[]): PlacedIssue[] {
  return errors.slice(0, maximumIssues).map((error) => {
    const { keyword, params } = error;
    const missing: unknown = params.missingProperty;
    const path = pathOf(error.instancePath);
    return {
      path: typeof missing === 'string' ? [...path, missing] : path,
      code: keyword,
      expected: (words[keyword] ?? otherwise)(params, error),
      isOfWrongKind: ['type', 'anyOf', 'oneOf', 'enum', 'const', 'false schema'].includes(keyword),
    };
  });
}

/** `/items/0/price`, as a validator names places. */
export function pointerOf(path: Path): string {
  return path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

function pathOf(pointer: string): Path {
  const keys = pointer.split('/').slice(1);
  return keys.map((key) => {
    const name = key.replaceAll('~1', '/').replaceAll('~0', '~');
    return /^(?:0|[1-9]\d*)$/.test(name) ? Number(name) : name;
  });
}

type InWords = (params: Readonly<Record<string, unknown>>, error: ErrorObject) => string;

const aValue: InWords = () => 'a value';
const closed: InWords = () => 'no properties besides those of the schema';
const otherwise: InWords = () => 'what the schema says';

function bound(which: string, what: string): InWords {
  return ({ limit }) => `${which} ${limit}${what}`;
}

const comparisons: Readonly<Record<string, string>> = {
  '>=': 'at least',
  '>': 'more than',
  '<=': 'at most',
  '<': 'less than',
};
const compared: InWords = ({ comparison, limit }) =>
  `${comparisons[String(comparison)] ?? String(comparison)} ${limit}`;

const words: Readonly<Record<string, InWords>> = {
  type: ({ type }) => [type].flat().join(' or '),
  required: aValue,
  dependentRequired: aValue,
  dependencies: aValue,
  additionalProperties: closed,
  unevaluatedProperties: closed,
  additionalItems: bound('at most', ' elements'),
  items: bound('at most', ' elements'),
  unevaluatedItems: bound('at most', ' elements'),
  enum: ({ allowedValues }) => oneOf(allowedValues as unknown[]),
  const: ({ allowedValue }) => oneOf([allowedValue]),
  minLength: bound('at least', ' characters'),
  maxLength: bound('at most', ' characters'),
  minItems: bound('at least', ' elements'),
  maxItems: bound('at most', ' elements'),
  minProperties: bound('at least', ' properties'),
  maxProperties: bound('at most', ' properties'),
  minimum: compared,
  maximum: compared,
  exclusiveMinimum: compared,
  exclusiveMaximum: compared,
  multipleOf: (_, { schema }) => `a multiple of ${schema}`,
  pattern: ({ pattern }) => `text matching ${pattern}`,
  format: ({ format }) => `text in the format ${format}`,
  uniqueItems: () => 'no two equal elements',
  contains: () => 'elements of the kind that the schema asks for',
  propertyNames: () => 'names of properties as the schema says',
  anyOf: () => 'one of the alternatives',
  oneOf: () => 'exactly one of the alternatives',
  not: () => 'what the schema does not exclude',
  if: () => 'what the schema says for this case',
  'false schema': () => 'nothing',
};
