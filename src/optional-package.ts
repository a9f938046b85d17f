import { createRequire } from 'node:module';

const load = createRequire(import.meta.url);

/** A package that was to be used is not installed. */
export class PackageMissing extends Error {
  override readonly name = 'PackageMissing';
  constructor(name: string, options?: ErrorOptions) {
    super(`the package ${name} is not installed: run \`npm install ${name}\``, options);
  }
}

/**
 * A package that only some users need, an optional peer: loaded where it is used, and not before.
 *
 * @throws PackageMissing naming what to install.
 */
export function optionalPackage<Module>(name: string): Module {
  try {
    return load(name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error;
    throw new PackageMissing(name, { cause: error });
  }
}
