import { chmod, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type Program, ProgramMissingError } from './program.ts';
import { runBuildTool } from './run-build-tool.ts';

const VERSION = '1.38.0';
const DEPENDENCY_PLUGIN = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1';
const JAVA_FEATURE_MIN = 17;
const FIX =
  'Install a JDK 17 or newer and Maven (Debian: apt-get install default-jdk-headless maven) ' +
  'with a reachable Maven Central, or put temporal-test-server on PATH ' +
  'or name it in HOLDFAST_TEST_SERVER.';

/** Temporal's time-skipping test server, a Java program without a published executable. */
export const testServer: Program = {
  title: "Temporal's time-skipping test server",
  variable: 'HOLDFAST_TEST_SERVER',
  command: 'temporal-test-server',
  cacheName: `temporal-test-server-${VERSION}`,
  sdkDownload: 'time-skipping',
  buildLabel: "fetching Temporal's time-skipping test server with Maven, once (about 10 seconds)",

  async build(folder, progress) {
    const run = (tool: string, args: string[]) =>
      runBuildTool({ tool, args, folder, fix: FIX }, progress);
    const feature = javaFeature(await run('java', ['-version']));
    if (feature < JAVA_FEATURE_MIN) {
      throw new ProgramMissingError(`java is version ${feature}, needed is 17. ${FIX}`);
    }
    await writeFile(path.join(folder, 'pom.xml'), pom);
    await run('mvn', [
      '--batch-mode',
      `${DEPENDENCY_PLUGIN}:copy-dependencies`,
      '-DincludeScope=runtime',
      `-DoutputDirectory=${path.join(folder, 'lib')}`,
    ]);
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

const pom = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>holdfast</groupId>
  <artifactId>test-server</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>io.temporal</groupId>
      <artifactId>temporal-test-server</artifactId>
      <version>${VERSION}</version>
    </dependency>
    <dependency><!-- Without a logger, three lines of complaint at every start. -->
      <groupId>org.slf4j</groupId>
      <artifactId>slf4j-nop</artifactId>
      <version>1.7.36</version>
    </dependency>
  </dependencies>
</project>
`;

// `exec`, so that a signal to this process reaches the server itself.
const wrapper = `#!/bin/sh
here=$(cd "$(dirname "$0")" && pwd)
exec "\${JAVA_HOME:+$JAVA_HOME/bin/}java" -cp "$here/lib/*" io.temporal.testserver.TestServer "$@"
`;
