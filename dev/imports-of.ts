/** A module that a source text names. */
export interface Import {
  readonly specifier: string;
  /** Whether `import type` or `export type` names it: nothing of it is loaded. */
  readonly isType: boolean;
}

const gap = String.raw`(?:\s|/\*[^*]*\*/)*`;
/** A quoted text after `from` or `import`, or after `import(` or `require(`. */
const named = new RegExp(
  String.raw`(?:(?<![.\w$])(?:from${gap}|import${gap}\(?${gap})|(?<![\w$])require${gap}\(${gap})(["'\`])([^"'\`\n]+)\1`,
  'g',
);
const typeClause =
  /(?<![.\w$])(?:import|export)\s+type\s*(?:\s[\w$]+\s|\{[^{}]*\}|\*(?:\s*as\s+[\w$]+)?)\s*$/;
/** A line of a block comment, and a line that is a comment as a whole. */
const commentLine = /^\s*(?:\*|\/\/|\/\*(?:(?!\*\/).)*\*\/\s*$).*$/gm;

/**
 * Every module that a source text names: static, dynamic and type imports, re-exports, `require`. It
 * would rather see one too many, in a string or at the end of a line, than miss one: only lines that
 * are comments do not count.
 */
export function importsOf(text: string): Import[] {
  const code = text.replace(commentLine, '');
  return [...code.matchAll(named)].map(({ index, 0: match, 2: specifier = '' }) => ({
    specifier,
    isType: match.startsWith('from') && typeClause.test(code.slice(0, index)),
  }));
}
