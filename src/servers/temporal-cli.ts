import type { Program } from './program.ts';
import { goInstall } from './run-build-tool.ts';

// 1.5.1 is the newest that `go install` accepts: later versions replace modules in their go.mod.
const VERSION = '1.5.1';

/** Temporal's CLI, which holds the dev server (server 1.29.1) and its web UI. */
export const temporalCli: Program = {
  title: 'the Temporal dev server',
  variable: 'HOLDFAST_TEMPORAL_CLI',
  command: 'temporal',
  cacheName: `temporal-cli-${VERSION}`,
  sdkDownload: 'dev-server',
  buildLabel: 'building Temporal with Go',
  buildNote:
    'Go builds it, once for all your projects: three minutes on two idle cores, longer on busy ones. ' +
    "Temporal's CLI on PATH, or named in HOLDFAST_TEMPORAL_CLI, spares that (https://docs.temporal.io/cli).",

  async build(folder, progress) {
    await goInstall(
      {
        module: `github.com/temporalio/cli/cmd/temporal@v${VERSION}`,
        folder,
        go: '1.24',
        instead:
          'Install the Temporal CLI (https://docs.temporal.io/cli) and put it on PATH ' +
          'or name it in HOLDFAST_TEMPORAL_CLI',
      },
      progress,
    );
  },
};
