import { createRequire } from 'node:module';

const load = createRequire(import.meta.url);

/**
 * A package that only some users need, an optional peer: loaded where it is used, and not before.
 *
 * @throws Error naming the package to install.
 */
export function optionalPackage<Module>(name: string): Module {
  try {
    return load(name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error;
    throw new Error(`the package ${name} is not installed: run \`npm install ${name}\``, {
      cause: error,
    });
  }
}
