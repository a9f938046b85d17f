import { fileURLToPath } from 'node:url';
import { serve } from '../../../src/worker.ts';
import { app } from './app.ts';

const workflowsPath = fileURLToPath(new URL('./workflows.ts', import.meta.url));
await serve({ app, workflowsPath });
