import { Ajv, type Options } from 'ajv';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { JsonObject } from '../../wire/json.ts';
import { isMultipleOf } from './exact-number.ts';
import { addStandardFormats } from './formats.ts';
import { linearPattern } from './linear-pattern.ts';

/** A version of JSON Schema. */
export type Draft = keyof typeof makers;

/** Terms of other tools that say nothing about what is valid. */
const annotations =
  'discriminator example externalDocs markdownDescription propertyOrdering xml'.split(' ');

const options: Options = {
  allErrors: true,
  // A name that every object inherits, `constructor`, is not there.
  ownProperties: true,
  strictTypes: false,
  strictTuples: false,
  strictRequired: false,
  allowUnionTypes: true,
  allowMatchingProperties: true,
  // Issues name the factor of multipleOf.
  verbose: true,
  logger: false,
  code: { regExp: Object.assign(linearPattern, { code: 'linearPattern' }) as never },
};

const makers = {
  'draft-07': () => new Ajv(options),
  '2019-09': () => new Ajv2019(options),
  '2020-12': () => new Ajv2020(options),
};

/** A compiler keeps something of every schema that it has seen. */
const maximumUses = 100;
const shared = new Map<Draft, { readonly ajv: Ajv; uses: number }>();

/** The compiler for one schema. One whose parts have ids gets its own: other schemas would find them. */
export function validatorFor(draft: Draft, schema: JsonObject): Ajv {
  if (/"\$(?:id|anchor|dynamicAnchor)"/.test(JSON.stringify(schema))) return makeValidator(draft);
  const known = shared.get(draft);
  const current =
    known && known.uses < maximumUses ? known : { ajv: makeValidator(draft), uses: 0 };
  current.uses += 1;
  shared.set(draft, current);
  return current.ajv;
}

function makeValidator(draft: Draft): Ajv {
  const ajv = makers[draft]();
  addStandardFormats(ajv);
  ajv.addVocabulary(annotations);
  ajv.removeKeyword('multipleOf');
  const own = { type: 'number', errors: false } as const;
  ajv.addKeyword({
    ...{ ...own, keyword: 'multipleOf', schemaType: 'number' },
    metaSchema: { exclusiveMinimum: 0 },
    compile: (factor: number) => (value: number) => isMultipleOf(value, factor),
  });
  ajv.addKeyword({ ...own, keyword: 'exact', schemaType: 'boolean', validate: noteExact });
  return ajv;
}

/** While exact places are looked for: those that the check has come by. */
let exactSeen: Set<string> | undefined;

/** The places of numbers, as pointers, where a check comes by the keyword `exact`. */
export function notingExact(check: () => unknown): ReadonlySet<string> {
  const seen = new Set<string>();
  exactSeen = seen;
  try {
    check();
  } finally {
    exactSeen = undefined;
  }
  return seen;
}

function noteExact(
  isExact: boolean,
  _: number,
  __: unknown,
  place?: { readonly instancePath: string },
): boolean {
  if (isExact && place) exactSeen?.add(place.instancePath);
  return true;
}
