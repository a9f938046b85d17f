import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** The project's root. */
export const root = path.join(import.meta.dirname, '../..');

/** A page of the documentation. */
export interface Page {
  /** Relative to {@link root}. */
  readonly path: string;
  readonly text: string;
}

/** The pages beside the README, everything below docs/, and what examples say of themselves. */
export function readPages(): readonly Page[] {
  const files = globSync(['*.md', 'docs/**/*.md', 'examples/**/*.md'], { cwd: root }).sort();
  return files.map((file) => ({
    path: file,
    text: readFileSync(path.join(root, file), 'utf8'),
  }));
}

/** One page. */
export function readPage(file: string): string {
  return readFileSync(path.join(root, file), 'utf8');
}

const fence = /^ *```(\w*)\n([\s\S]*?)^ *```$/gm;

/** What stands between fences, of one language; a fence without one has the language ''. */
export function fencedBlocks(text: string, language: string): readonly string[] {
  return [...text.matchAll(fence)]
    .filter(([, found]) => found === language)
    .map(([, , content = '']) => content);
}

/** What stands between backticks within a line, outside of fences. */
export function inlineCode(text: string): readonly string[] {
  return [...text.replace(fence, '').matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code);
}

/** Targets of the links and images that lead to files of this project, or to places in the page. */
export function relativeLinks(text: string): readonly string[] {
  const prose = text.replace(fence, '').replace(/`[^`\n]+`/g, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target));
}

/** The anchors of a page's headings, as GitHub makes them. */
export function anchorsOf(text: string): readonly string[] {
  return [...text.replace(fence, '').matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-'),
  );
}
