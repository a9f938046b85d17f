import { fileURLToPath } from 'node:url';
import { serve } from 'holdfast/worker';
import { app } from './app.ts';

await serve({ app, workflowsPath: fileURLToPath(import.meta.resolve('./workflows.ts')) });
