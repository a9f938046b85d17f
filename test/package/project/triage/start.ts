import { connect } from 'holdfast/client';
import type { triage } from './workflows.ts';

const [id = 'T-1042', text = 'The lamp arrived broken, and I need it tonight.'] =
  process.argv.slice(2);
const holdfast = await connect();
const started = await holdfast.start<typeof triage>('triage', { text }, { id });
console.log(JSON.stringify(await started.result()));
await holdfast.close();
