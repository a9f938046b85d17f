import { execa } from 'execa';

const FILE = 'docker-compose.yml';
// The parser that Docker Compose itself is built on, for machines without Docker Compose.
const PARSER = 'github.com/compose-spec/compose-go/v2/cmd@v2.16.2';
// How the parser begins its verdict on the file; anything else is Go or the network failing.
const PARSER_VERDICT = 'failed to load project';

/** What became of a check. */
export interface Verdict {
  readonly state: 'ok' | 'FAILED' | 'skipped';
  /** The tool's words when it failed, or why it was skipped. */
  readonly detail: string;
}

/**
 * Validates the compose file in `folder` by `docker compose config`, or where that is not
 * installed by the specification's own parser (built with Go). Starts nothing.
 */
export async function validateCompose(folder: string): Promise<Verdict> {
  const options = { cwd: folder, all: true, reject: false } as const;
  const version = await execa('docker', ['compose', 'version'], options);
  if (!version.failed) {
    const { failed, all } = await execa('docker', ['compose', '-f', FILE, 'config', '-q'], options);
    return { state: failed ? 'FAILED' : 'ok', detail: all };
  }
  const parsed = await execa('go', ['run', PARSER, FILE], options);
  if (!parsed.failed) return { state: 'ok', detail: '' };
  const verdictAt = parsed.all?.indexOf(PARSER_VERDICT) ?? -1;
  if (verdictAt >= 0) return { state: 'FAILED', detail: parsed.all?.slice(verdictAt) ?? '' };
  return {
    state: 'skipped',
    detail: 'neither "docker compose" nor the parser (go run) could be run here',
  };
}
