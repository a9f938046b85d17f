import { fileURLToPath } from 'node:url';
import { NativeConnection, Worker } from '@temporalio/worker';
import { holdfastPlugin } from '../../../src/worker.ts';
import { app } from '../../app/triage/app.ts';
import * as own from './activities.ts';

// A worker as many have one: its own connection, queue, workflows and activities, and the SDK's signals.
const connection = await NativeConnection.connect({ address: process.env.TEMPORAL_ADDRESS ?? '' });
const worker = await Worker.create({
  connection,
  taskQueue: 'mine',
  workflowsPath: fileURLToPath(new URL('./workflows.ts', import.meta.url)),
  activities: own,
  plugins: [holdfastPlugin({ app })],
});
await worker.run();
await connection.close();
