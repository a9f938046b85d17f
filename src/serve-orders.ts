/** The worker process of the application of orders. */
import { fileURLToPath } from 'node:url';
import { orders } from './orders/app.ts';
import { serve } from './worker.ts';

const index = import.meta.url.endsWith('.ts') ? './workflows/index.ts' : './workflows/index.js';
await serve({ app: orders, workflowsPath: fileURLToPath(new URL(index, import.meta.url)) });
