import { chmod, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { copyDependencies } from './copy-dependencies.ts';
import { obtainJars } from './obtain-jars.ts';
import { type Program, ProgramMissingError } from './program.ts';
import { runBuildTool } from './run-build-tool.ts';
import jars from './test-server-jars.json' with { type: 'json' };

const VERSION = '1.38.0';
const JAVA_FEATURE_MIN = 17;
const OTHERWISE = 'or put temporal-test-server on PATH or name it in HOLDFAST_TEST_SERVER.';
const JAVA_FIX = `Install a JDK 17 or newer (Debian: apt-get install default-jdk-headless), ${OTHERWISE}`;
const JARS_FIX =
  'Make Maven Central reachable (behind a proxy: HTTPS_PROXY and NODE_USE_ENV_PROXY=1), ' +
  `or install Maven and set up its mirror (~/.m2/settings.xml), ${OTHERWISE}`;

/** What the server is made of; test-server-jars.json has what these need, with their hashes. */
export const testServerRoots: readonly string[] = [
  `io.temporal:temporal-test-server:${VERSION}`,
  // Without a logger, three lines of complaint at every start.
  'org.slf4j:slf4j-nop:1.7.36',
];

/** Temporal's time-skipping test server, a Java program without a published executable. */
export const testServer: Program = {
  title: "Temporal's time-skipping test server",
  variable: 'HOLDFAST_TEST_SERVER',
  command: 'temporal-test-server',
  cacheName: `temporal-test-server-${VERSION}`,
  sdkDownload: 'time-skipping',
  buildLabel: "fetching Temporal's time-skipping test server, once (38 MB, about 10 seconds)",

  async build(folder, progress) {
    const java = { tool: 'java', args: ['-version'], folder, fix: JAVA_FIX };
    const feature = javaFeature(await runBuildTool(java, progress));
    if (feature < JAVA_FEATURE_MIN) {
      throw new ProgramMissingError(`java is version ${feature}, needed is 17. ${JAVA_FIX}`);
    }
    const byMaven = () => copyDependencies({ roots: testServerRoots, folder, fix: '' }, progress);
    await obtainJars({ jars, folder: path.join(folder, 'lib'), byMaven, fix: JARS_FIX }, progress);
    const script = path.join(folder, 'temporal-test-server');
    await writeFile(script, wrapper);
    await chmod(script, 0o755);
  },
};

/** The feature release from the output of `java -version`: 17 for `"17.0.15"`, 8 for `"1.8.0_402"`. */
export function javaFeature(versionOutput: string): number {
  const match = /version "(?:1\.)?(\d+)/.exec(versionOutput);
  return match?.[1] === undefined ? 0 : Number(match[1]);
}

// `exec`, so that a signal to this process reaches the server itself.
const wrapper = `#!/bin/sh
here=$(cd "$(dirname "$0")" && pwd)
exec "\${JAVA_HOME:+$JAVA_HOME/bin/}java" -cp "$here/lib/*" io.temporal.testserver.TestServer "$@"
`;
