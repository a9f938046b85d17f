import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Progress } from './progress.mjs';
import { runBuildTool } from './run-build-tool.ts';

const PLUGIN = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1';

/** What Maven is to resolve, and where the jars go. */
export interface Dependencies {
  /** `group:artifact:version` of each; what they need themselves comes with them. */
  readonly roots: readonly string[];
  /** Gets the project file and, in `lib`, the jars. */
  readonly folder: string;
  /** Puts each jar where a repository has it, so that its coordinates can be read from its path. */
  readonly inRepositoryLayout?: boolean;
  /** A sentence that ends the error. */
  readonly fix: string;
}

/**
 * Lets Maven resolve and fetch jars, with the mirrors, proxies and credentials of its settings.
 * @throws ProgramMissingError when there is no Maven, or it fails.
 */
export async function copyDependencies(
  { roots, folder, inRepositoryLayout = false, fix }: Dependencies,
  progress: Pick<Progress, 'say'>,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'pom.xml'), pomOf(roots));
  const args = [
    '--batch-mode',
    `${PLUGIN}:copy-dependencies`,
    '-DincludeScope=runtime',
    `-DoutputDirectory=${path.join(folder, 'lib')}`,
    `-Dmdep.useRepositoryLayout=${inRepositoryLayout}`,
  ];
  await runBuildTool({ tool: 'mvn', args, folder, fix }, progress);
}

function pomOf(roots: readonly string[]): string {
  const dependencies = roots.map((coordinates) => {
    const [group, artifact, version] = coordinates.split(':');
    return `    <dependency>
      <groupId>${group}</groupId>
      <artifactId>${artifact}</artifactId>
      <version>${version}</version>
    </dependency>
`;
  });
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>holdfast</groupId>
  <artifactId>test-server</artifactId>
  <version>1</version>
  <dependencies>
${dependencies.join('')}  </dependencies>
</project>
`;
}
