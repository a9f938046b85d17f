import { chmod, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { copyDependencies } from './copy-dependencies.ts';
import { freePort } from './free-port.ts';
import { obtainJars } from './jars.ts';
import { type Program, ProgramMissingError } from './program.ts';
import { runBuildTool } from './run-build-tool.ts';
import { startServerProcess } from './server-process.ts';
import jars from './test-server-jars.json' with { type: 'json' };
import { probePort, waitUntilServing } from './wait-until.ts';

const VERSION = '1.38.0';
const JAVA_FEATURE_MIN = 17;
/** Beside the script. Where it does not fit the Java that runs it, it is not used. */
const ARCHIVE = 'classes.jsa';
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
  cacheName: `temporal-test-server-${VERSION}-1`,
  sdkDownload: 'time-skipping',
  buildLabel: 'fetching its jars',
  buildNote: 'Maven or Maven Central has its jars: 38 MB, ten seconds, once for all your projects.',

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
    await archiveClasses(script, ARCHIVE);
  },
};

/** The feature release from the output of `java -version`: 17 for `"17.0.15"`, 8 for `"1.8.0_402"`. */
export function javaFeature(versionOutput: string): number {
  const match = /version "(?:1\.)?(\d+)/.exec(versionOutput);
  return match?.[1] === undefined ? 0 : Number(match[1]);
}

// `exec`, so that a signal to this process reaches the server itself. It lives for seconds: the
// second compiler would cost more than it gains. Relative paths, which the archive of classes names.
const wrapper = `#!/bin/sh
cd "$(dirname "$0")" || exit 1
exec "\${JAVA_HOME:+$JAVA_HOME/bin/}java" -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xshare:auto \\
  \${JAVA_OPTIONS:--XX:SharedArchiveFile=${ARCHIVE}} -cp 'lib/*' io.temporal.testserver.TestServer "$@"
`;

const startTimeoutMs = 30_000;

/**
 * Starts a server of ours once and ends it again, so that Java keeps its classes as they are in
 * memory (`-XX:ArchiveClassesAtExit`): every later start then takes half the processor's time. One
 * that fails changes nothing but that.
 *
 * @param script starts the server on the port that is its argument, with `JAVA_OPTIONS`.
 */
async function archiveClasses(script: string, archive: string): Promise<void> {
  const port = await freePort();
  const server = await startServerProcess(script, [String(port)], {
    env: { JAVA_OPTIONS: `-XX:ArchiveClassesAtExit=${archive}` },
  });
  try {
    await waitUntilServing('The server', server, startTimeoutMs, () => probePort(port));
  } catch {
    // Another Java may not know the option: it works without, slower.
  }
  await server.stop();
}
