import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa, type Options } from 'execa';

/** The checkout. */
export const root = path.resolve(import.meta.dirname, '../..');

/** A user's project, with Holdfast installed from its packed file. */
export interface InstalledProject {
  readonly folder: string;
  /** The packed file, and the paths in it. */
  readonly tarball: string;
  readonly packedFiles: readonly string[];
  /** Runs a program in the project; what its packages bring goes before what is on PATH. */
  run(file: string, args?: readonly string[], env?: Options['env']): Promise<Finished>;
  remove(): void;
}

/** How a program ended. */
export interface Finished {
  readonly exitCode?: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Builds and packs Holdfast, and installs it into a copy of `project/`, below a folder that has no
 * `node_modules` above it: with the peers that it must have, and none of the optional ones.
 *
 * @param node the version of Node that its programs run on; otherwise the one that runs this.
 * @throws Error with npm's own words.
 */
export async function installProject(node?: string): Promise<InstalledProject> {
  const temporary = mkdtempSync(path.join(tmpdir(), 'holdfast-package-'));
  const folder = path.join(temporary, 'project');
  mkdirSync(folder);
  const pack = ['pack', '--json', '--pack-destination', temporary];
  if (process.env.PACKAGE_IS_BUILT) pack.push('--ignore-scripts');
  const { stdout } = await execa('npm', pack, { cwd: root });
  // What its scripts say comes before.
  const [packed] = JSON.parse(stdout.slice(stdout.indexOf('[\n')));
  const tarball = path.join(temporary, packed.filename);

  cpSync(path.join(import.meta.dirname, 'project'), folder, { recursive: true });
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify(packageOf(tarball, node)));
  const install = ['install', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];
  await execa('npm', install, { cwd: folder });
  return {
    folder,
    tarball,
    packedFiles: packed.files.map((file: { path: string }) => file.path),
    run: (file, args = [], env = {}) =>
      execa(file, args, { cwd: folder, preferLocal: true, localDir: folder, env, reject: false }),
    remove: () => rmSync(temporary, { recursive: true }),
  };
}

/** The user's package.json: our peers in the versions that we are tested with, and a compiler. */
function packageOf(tarball: string, node?: string) {
  const { peerDependencies, peerDependenciesMeta, devDependencies } = JSON.parse(
    readFileSync(path.join(root, 'package.json'), 'utf8'),
  );
  const required = Object.keys(peerDependencies).filter((name) => !peerDependenciesMeta[name]);
  const tools = ['@temporalio/testing', 'typescript', '@types/node'];
  const versions = [...required, ...tools].map((name) => [name, devDependencies[name]]);
  return {
    private: true,
    type: 'module',
    dependencies: {
      holdfast: `file:${tarball}`,
      ...Object.fromEntries(versions),
      ...(node !== undefined && { node }),
      // Temporal's types name it and do not bring it: who checks libraries too needs it anyway.
      '@types/ms': '2.1.0',
    },
  };
}
