import { stripVTControlCharacters } from 'node:util';
import { execa } from 'execa';
import { ProgramMissingError } from './program.ts';
import type { Progress } from './progress.mjs';

const TAIL_LINES = 12;

/** A build tool's run: the command, what it is for, and what to say when it cannot be done. */
export interface ToolRun {
  readonly tool: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly folder: string;
  /** Lines that only tell how far it is, and say nothing of what went wrong. */
  readonly passing?: RegExp;
  /** A sentence that ends the error: what to install or set. */
  readonly fix: string;
}

/**
 * Runs a build tool, its last line of output shown as progress.
 * @throws ProgramMissingError when the tool is missing or fails, with its last lines and the fix.
 */
export async function runBuildTool(run: ToolRun, progress: Pick<Progress, 'say'>): Promise<string> {
  const tail: string[] = [];
  const subprocess = execa(run.tool, run.args, {
    cwd: run.folder,
    env: { ...run.env },
    all: true,
    stdin: 'ignore',
    reject: false,
  });
  for await (const line of subprocess.iterable({ from: 'all' })) {
    // Colours of a tool that takes us for a terminal are no words.
    const words = stripVTControlCharacters(line).trim();
    if (words === '') continue;
    progress.say(words);
    if (run.passing?.test(line)) continue;
    tail.push(line);
    if (tail.length > TAIL_LINES) tail.shift();
  }
  const result = await subprocess;
  if (!result.failed) return result.all;
  if (result.code === 'ENOENT') {
    throw new ProgramMissingError(`${run.tool} is not on PATH. ${run.fix}`);
  }
  throw new ProgramMissingError(
    `"${run.tool} ${run.args.join(' ')}" failed:\n    ${tail.join('\n    ')}\n${run.fix}`,
  );
}

/** A Go program, and where it is put. */
interface GoProgram {
  /** `github.com/owner/name/cmd/program@v1.2.3` */
  readonly module: string;
  readonly folder: string;
  /** Oldest Go that builds it: `1.24`. */
  readonly go: string;
  /** What one can do without Go, the shorter way: `Put it on PATH`. */
  readonly instead: string;
}

/** The name of a package that is compiled. What is wrong is told in words. */
const packagePath = /^[\w./~-]+$/;

/**
 * Builds a program with `go install`, without C: a compiler that is there in part only (no
 * assembler, no headers) would fail it.
 * @throws ProgramMissingError when there is no Go or it fails, with what Go said and the fix.
 */
export async function goInstall(
  { module, folder, go, instead }: GoProgram,
  progress: Pick<Progress, 'say'>,
): Promise<void> {
  await runBuildTool(
    {
      tool: 'go',
      args: ['install', '-v', module],
      env: { GOBIN: folder, CGO_ENABLED: '0' },
      folder,
      passing: packagePath,
      fix: `${instead}, or install Go ${go} or newer (https://go.dev/dl), which builds it with a reachable module proxy (GOPROXY).`,
    },
    progress,
  );
}
