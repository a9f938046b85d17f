import { connect, resolvePolicies, startComplete } from '../../src/client.ts';
import { readyAndGo, reportUntilEnd } from './parent.ts';
import { startTogether } from './start-together.ts';
import { countWorkflows } from './temporal-counts.ts';

/** Holdfast's calls: one workflow each, under the policies as they come, but for a storm that is scaled down. */
const calls = Number(process.env.STORM_CALLS);
const { client } = await connect();
const policies = resolvePolicies(JSON.parse(process.env.STORM_POLICIES ?? '{}'));
await readyAndGo();
const started = startTogether(calls, (index) =>
  startComplete(
    client,
    {
      request: {
        model: 'openai:gpt-4o-mini',
        messages: [{ role: 'user', content: `Say hello to guest ${index}` }],
      },
      policies,
    },
    { id: `storm-${index}` },
  ),
);
await Promise.all([started, reportUntilEnd(calls, () => countWorkflows(client))]);
