import { rm } from 'node:fs/promises';
import { fetchJars, findJarProblem, type Jars } from './jars.ts';
import { ProgramMissingError } from './program.ts';
import type { Progress } from './progress.mjs';

/** What is wanted, and both ways to it. */
export interface WantedJars {
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
