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
  buildLabel: 'building the Temporal dev server with Go, once (about 3 minutes on 2 cores)',

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
