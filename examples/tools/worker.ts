import { fileURLToPath } from 'node:url';
import { serve } from '../../src/worker.ts';
import { app } from './app.ts';

await serve({ app, workflowsPath: fileURLToPath(import.meta.resolve('./workflows.ts')) });
