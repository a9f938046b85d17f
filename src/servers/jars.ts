import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import pMap from 'p-map';
import { ProgramMissingError } from './program.ts';
import type { Progress } from './progress.mjs';

/** SHA-256 (hex) of each jar, by its Maven coordinates `group:artifact:version`. */
export type Jars = Readonly<Record<string, string>>;

/** Maven's own default repository. */
export const mavenCentral = 'https://repo.maven.apache.org/maven2';

const PARALLEL = 4;
const TIMEOUT_MS = 120_000;

/**
 * Fetches jars over HTTP into `folder`, some at once, and writes none whose hash is another one.
 * @throws Error naming the address and what was wrong with it.
 */
export async function fetchJars(
  jars: Jars,
  folder: string,
  progress: Pick<Progress, 'say'>,
  repository: string = mavenCentral,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const all = Object.entries(jars);
  let fetched = 0;
  const failed = new AbortController();
  const fetchJar = async ([coordinates, sha256]: readonly [string, string]) => {
    const { address, file } = placeOf(coordinates, repository);
    const content = await fetchFile(address, failed.signal);
    if (sha256Of(content) !== sha256) throw new Error(`${address} is not what was locked`);
    await writeFile(path.join(folder, file), content);
    fetched += 1;
    progress.say(`${fetched} of ${all.length} jars`);
  };
  try {
    await pMap(all, fetchJar, { concurrency: PARALLEL });
  } catch (error) {
    failed.abort();
    throw error;
  }
}

/** What is wrong with the jars in `folder`, a sentence; `undefined` when they are just these. */
export async function findJarProblem(jars: Jars, folder: string): Promise<string | undefined> {
  const expected = new Map(
    Object.entries(jars).map(([coordinates, sha256]) => [placeOf(coordinates, '').file, sha256]),
  );
  const present = await readdir(folder);
  for (const file of present) {
    if (!expected.has(file)) return `${file} is not one of the locked jars`;
    const content = await readFile(path.join(folder, file));
    if (sha256Of(content) !== expected.get(file)) return `${file} is not what was locked`;
  }
  const missing = [...expected.keys()].find((file) => !present.includes(file));
  return missing === undefined ? undefined : `${missing} is missing`;
}

/** SHA-256 as `sha256sum` prints it. */
export function sha256Of(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/** Maven's layout: `io.temporal:x:1.0` is `io/temporal/x/1.0/x-1.0.jar`. */
function placeOf(coordinates: string, repository: string): { address: string; file: string } {
  const [group = '', artifact = '', version = ''] = coordinates.split(':');
  const file = `${artifact}-${version}.jar`;
  const folders = [...group.split('.'), artifact, version].join('/');
  return { address: `${repository}/${folders}/${file}`, file };
}

async function fetchFile(address: string, stop: AbortSignal): Promise<Uint8Array> {
  const signal = AbortSignal.any([stop, AbortSignal.timeout(TIMEOUT_MS)]);
  try {
    const response = await fetch(address, { signal });
    if (response.ok) return new Uint8Array(await response.arrayBuffer());
    await response.body?.cancel();
    throw new Error(`it answered ${response.status}`);
  } catch (error) {
    throw new Error(`${address} could not be fetched: ${reasonOf(error)}`);
  }
}

/** `fetch` hides what happened in the cause of "fetch failed". */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error && cause.message ? cause.message : error.message;
}

/** What is wanted, and both ways to it. */
interface WantedJars {
  readonly jars: Jars;
  /** Gets them; is removed and made anew when the first way failed. */
  readonly folder: string;
  /** Puts them into the folder. */
  readonly byMaven: () => Promise<void>;
  /** Where they are fetched from otherwise. Default: Maven Central. */
  readonly repository?: string;
  /** A sentence that ends the error when neither works. */
  readonly fix: string;
}

/**
 * Gets the locked jars. Maven is asked first, because it alone knows the mirrors, proxies and
 * credentials of its settings: where a machine has them, Maven Central itself is often out of reach.
 * Where there is no Maven, or it fails, they are fetched from Maven Central. The hashes hold for both.
 * @throws ProgramMissingError that says why each of the two ways failed.
 */
export async function obtainJars(
  { jars, folder, byMaven, repository, fix }: WantedJars,
  progress: Pick<Progress, 'say'>,
): Promise<void> {
  const problem = await problemWithMaven(byMaven, () => findJarProblem(jars, folder));
  if (problem === undefined) return;
  await rm(folder, { recursive: true, force: true });
  try {
    await fetchJars(jars, folder, progress, repository);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new ProgramMissingError(`${problem} Without it: ${error.message}. ${fix}`);
  }
}

async function problemWithMaven(
  byMaven: () => Promise<void>,
  findProblem: () => Promise<string | undefined>,
): Promise<string | undefined> {
  try {
    await byMaven();
  } catch (error) {
    if (error instanceof ProgramMissingError) return error.message.trim();
    throw error;
  }
  const problem = await findProblem();
  return problem && `With Maven, ${problem}.`;
}
