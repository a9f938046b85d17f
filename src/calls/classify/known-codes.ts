import type { FailureType } from '../../failures/failure-types.ts';
import { families } from '../provider/families/families.ts';
import { emptyCodes } from '../provider/families/general-rows.ts';

/** Every code of the tables that says enough alone, with the types of the rows that know it exactly. */
export const knownCodes: ReadonlyMap<string, ReadonlySet<FailureType>> = (() => {
  const types = new Map<string, Set<FailureType>>();
  const rows = Object.values(families).flatMap((family) => family.rows);
  for (const { type, codes = [], vague } of rows.filter(({ message }) => message === undefined)) {
    for (const code of codes) {
      const known = types.get(code) ?? new Set();
      types.set(code, vague ? known : known.add(type));
    }
  }
  return types;
})();

/** A code that no table has, and that can be shown: never a text, and nothing like a key. */
export function isUnknownCode(code: string): boolean {
  return (
    /^[\w.-]{1,64}$/.test(code) &&
    !/^(sk|pk|gsk|xai|hf|key|AIza)[-_\w]*[-_]|^AIza|^[\da-f-]{32,}$/i.test(code) &&
    !knownCodes.has(code) &&
    !emptyCodes.has(code)
  );
}
