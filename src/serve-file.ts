/**
 * The worker of `holdfast up`: runs a file that serves by itself, or serves the `app` that it exports
 * with the workflows beside it. Without a file, the workflows of the library.
 */
import { existsSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { defineApp, InvalidApp } from './app.ts';
import { serve } from './worker.ts';

const [file] = process.argv.slice(2);
if (file === undefined) {
  const library = `./durable/library-workflows${extname(import.meta.url)}`;
  const workflowsPath = fileURLToPath(new URL(library, import.meta.url));
  await serve({ app: defineApp({}), workflowsPath });
} else {
  const { app } = await import(pathToFileURL(file).href).catch((error: unknown) => {
    if (!(error instanceof InvalidApp)) throw error;
    console.error(error.message);
    process.exit(2);
  });
  if (app !== undefined) await serve({ app, workflowsPath: workflowsBeside(file) });
}

/** `workflows.ts`, or a folder of that name, as the project has it. */
function workflowsBeside(appFile: string): string {
  const extension = extname(appFile);
  const candidates = [`workflows${extension}`, `workflows/index${extension}`];
  const paths = candidates.map((name) => join(dirname(appFile), name));
  return paths.find((path) => existsSync(path)) ?? (paths[0] as string);
}
