import { fileURLToPath } from 'node:url';
import { defineApp } from '../../src/app.ts';
import { serve } from '../../src/worker.ts';

/** Holdfast as it comes, with an application that declares nothing. */
process.once('disconnect', () => process.exit());
const workflows = new URL('../../src/durable/library-workflows.ts', import.meta.url);
await serve({ app: defineApp({}), workflowsPath: fileURLToPath(workflows) });
// The channel to the parent would keep a worker that has stopped, and its profile unwritten.
process.exit();
