import { readFileSync } from 'node:fs';
import path from 'node:path';
import {
  type ClassDeclaration,
  type ExpressionWithTypeArguments,
  type FunctionDeclaration,
  type Node,
  SyntaxKind,
  type TypeReferenceNode,
} from 'typescript/unstable/ast';
import {
  API,
  type Checker,
  type JSDocTagInfo,
  NodeBuilderFlags,
  type Project,
  SymbolFlags,
  type Symbol as SymbolOfCompiler,
  type Type,
} from 'typescript/unstable/sync';
import { allFailureTypes } from '../src/failures/failure-types.ts';

const root = path.dirname(import.meta.dirname);

/** What a door exports, as the compiler knows it. */
export interface Door {
  /** As it is imported: `holdfast/client`. */
  readonly name: string;
  /** The comment at the head of its file. */
  readonly words: string;
  readonly exports: readonly Exported[];
  /** The types that the exports are made of and that have no door of their own. */
  readonly beside: readonly Exported[];
}

/** One export, with its words in the code. */
export interface Exported {
  readonly name: string;
  readonly isType: boolean;
  /** TSDoc without its tags. */
  readonly words: string;
  readonly tags: readonly JSDocTagInfo[];
  /** Its declaration, without what it does. */
  readonly code: string;
}

/**
 * The doors that package.json opens, read from the code by the compiler.
 *
 * @throws Error for an export, or a type that one is made of, that has no TSDoc.
 */
export function readDoors(): readonly Door[] {
  const { exports } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  const doors = Object.entries<string>(exports).filter(
    // The root is another name of `app`.
    ([name, file]) => name !== '.' && file.endsWith('.js'),
  );
  const api = new API({ cwd: root });
  try {
    const configFile = path.join(root, 'tsconfig.build.json');
    const project = api.updateSnapshot({ openProjects: [configFile] }).getProject(configFile);
    if (!project) throw new Error(`The compiler does not open ${configFile}`);
    return doors.map(([name, built]) => readDoor(project, name, built));
  } finally {
    api.close();
  }
}

function readDoor({ program, checker }: Project, name: string, built: string): Door {
  const file = path.join(root, built.replace('./dist/', 'src/').replace(/\.js$/, '.ts'));
  const source = program.getSourceFile(file);
  const symbol = source && checker.getSymbolAtLocation(source);
  if (!symbol) throw new Error(`${file} exports nothing`);
  const [, words = ''] = /^\/\*\*([\s\S]*?)\*\//.exec(source.text) ?? [];
  const exported = checker.getExportsOfModule(symbol).flatMap((each) => {
    const isAlias = (each.flags & SymbolFlags.Alias) !== 0;
    const isDeclaredHere = declarationsOf(each).some((node) => node.getSourceFile() === source);
    // What a star brings, `export type * from`, are types.
    if (!isAlias && !isDeclaredHere && isValue(each)) return [];
    return isAlias ? checker.getAliasedSymbol(each) : each;
  });
  const named = new Set(exported.flatMap((each) => namedIn(checker, each)));
  const beside = [...named].filter((each) => !exported.includes(each));
  return {
    name: name.replace(/^\./, 'holdfast'),
    words: withoutStars(words),
    exports: exported
      .map((each) => readExport(checker, each))
      .toSorted((a, b) => Number(a.isType) - Number(b.isType)),
    beside: beside.map((each) => readExport(checker, each)),
  };
}

/** Types of this project that a declaration names. */
function namedIn(checker: Checker, symbol: SymbolOfCompiler): readonly SymbolOfCompiler[] {
  const names: Node[] = [];
  const visit = (node: Node): void => {
    if (node.kind === SyntaxKind.Block) return;
    if (node.kind === SyntaxKind.TypeReference) names.push((node as TypeReferenceNode).typeName);
    if (node.kind === SyntaxKind.ExpressionWithTypeArguments)
      names.push((node as ExpressionWithTypeArguments).expression);
    node.forEachChild(visit);
  };
  for (const node of declarationsOf(symbol)) visit(node);
  return checker.getSymbolAtLocation(names).flatMap((each) => {
    if (!each) return [];
    const one = (each.flags & SymbolFlags.Alias) !== 0 ? checker.getAliasedSymbol(each) : each;
    const isOwn = declarationsOf(one).some(
      (node) =>
        node.kind !== SyntaxKind.TypeParameter &&
        node.getSourceFile().fileName.startsWith(path.join(root, 'src')),
    );
    return isOwn ? [one] : [];
  });
}

function isValue({ flags }: SymbolOfCompiler): boolean {
  return (flags & SymbolFlags.Value) !== 0;
}

function declarationsOf(symbol: SymbolOfCompiler): readonly Node[] {
  return symbol.declarations.flatMap((handle) => handle.resolve() ?? []);
}

function readExport(checker: Checker, symbol: SymbolOfCompiler): Exported {
  const words = checker.getDocumentationCommentOfSymbol(symbol);
  if (words === '') throw new Error(`No comment says what ${symbol.name} is, which a door exports`);
  return {
    name: symbol.name,
    isType: !isValue(symbol),
    words,
    tags: checker.getJsDocTagsOfSymbol(symbol),
    code: declarationsOf(symbol)
      .map((each) => codeOf(checker, symbol, each))
      .join('\n'),
  };
}

/** As it is written, without what functions do; what the compiler infers is spelled out. */
function codeOf(checker: Checker, symbol: SymbolOfCompiler, node: Node): string {
  const text = node.getText().replace(/^export /, '');
  switch (node.kind) {
    case SyntaxKind.FunctionDeclaration:
      return signatureOf(checker, node as FunctionDeclaration);
    case SyntaxKind.ClassDeclaration:
      return (node as ClassDeclaration).members
        .filter(hasBody)
        .reduce((code, each) => code.replace(each.getText(), withoutBody(each)), text);
    case SyntaxKind.VariableDeclaration:
      return `const ${symbol.name}: ${inWords(checker, checker.getTypeOfSymbol(symbol), node)};`;
    case SyntaxKind.TypeAliasDeclaration:
      // A type that follows from a schema says nothing to who does not see the schema.
      return /\bz\.(infer|input)</.test(text)
        ? `type ${symbol.name} = ${inWords(checker, checker.getDeclaredTypeOfSymbol(symbol), node)};`
        : text;
    default:
      return text;
  }
}

function signatureOf(checker: Checker, node: FunctionDeclaration): string {
  const head = withoutBody(node).replace(/^export (async )?/, '');
  const signature = node.type ? undefined : checker.getSignatureFromDeclaration(node);
  if (!signature) return head;
  const result = inWords(checker, checker.getReturnTypeOfSignature(signature), node);
  return head.replace(/;$/, `: ${result};`);
}

/** A type that the compiler found by itself. */
function inWords(checker: Checker, type: Type | undefined, node: Node): string {
  const {
    NoTruncation,
    InTypeAlias,
    MultilineObjectLiterals,
    UseSingleQuotesForStringLiteralType,
  } = NodeBuilderFlags;
  const flags =
    NoTruncation | InTypeAlias | MultilineObjectLiterals | UseSingleQuotesForStringLiteralType;
  return type === undefined
    ? 'unknown'
    : checker
        .typeToString(type, node, flags)
        .replaceAll(/import\((["'])[^"']*\1\)\./g, '')
        .replaceAll(everyFailureType, 'FailureType');
}

/** As the compiler writes it where a schema hides its name. */
const everyFailureType = `(${allFailureTypes
  .map((type) => `'${type}'`)
  .toSorted()
  .join(' | ')})`;

type WithBody = Node & { readonly body?: Node };

function hasBody(node: WithBody): boolean {
  return node.body !== undefined;
}

function withoutBody(node: WithBody): string {
  const text = node.getText();
  return `${text.slice(0, text.length - (node.body?.getText().length ?? 0)).trim()};`;
}

function withoutStars(comment: string): string {
  return comment.replace(/^ *\* ?/gm, '').trim();
}
