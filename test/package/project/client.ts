// Starts a call and tells how it stands.
import { connect, startComplete, workflowStatus } from 'holdfast/client';

const { client, close } = await connect();
const { workflowId } = await startComplete(
  client,
  { request: { model: 'openai:gpt-4o-mini', messages: [{ role: 'user', content: 'Say hello' }] } },
  { id: 'hello-1' },
);
const { status } = await workflowStatus(client, workflowId);
console.log(workflowId, status);
await close();
