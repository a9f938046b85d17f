import type { Progress } from './progress.mjs';
import { runBuildTool } from './run-build-tool.ts';

/** A Go program, and where it is put. */
export interface GoProgram {
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
