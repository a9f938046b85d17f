import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { requestSchema } from '../src/client/request-schema.ts';
import { policiesFileSchema } from '../src/policies/resolve-policies.ts';
import { cliPage } from './cli-page.ts';
import { failuresPage } from './failures-page.ts';
import { providersPage, providersSchema } from './providers-page.ts';
import { referencePages } from './reference-pages.ts';
import { screensPage } from './screens-page.ts';
import { variables } from './variables.ts';

/** A file that says for people or editors what a table or a zod schema says in code. */
export interface GeneratedFile {
  /** Relative to the project's root. */
  readonly path: string;
  readonly content: string;
}

/** Everything that is generated. A test compares it with what is committed. */
export function generateFiles(): readonly GeneratedFile[] {
  return [
    { path: 'schemas/policies.schema.json', content: policiesSchema() },
    { path: 'schemas/request.schema.json', content: requestFileSchema() },
    { path: 'schemas/providers.schema.json', content: providersSchema() },
    { path: 'docs/cli.md', content: cliPage() },
    { path: 'docs/providers.md', content: providersPage() },
    { path: 'docs/configuration.md', content: configurationPage() },
    { path: 'docs/failures.md', content: failuresPage() },
    { path: 'docs/screens.md', content: screensPage() },
    ...referencePages(),
  ];
}

function policiesSchema(): string {
  const schema = z.toJSONSchema(policiesFileSchema, { io: 'input' });
  const title =
    'Holdfast policies: for each policy, of the catalogue or your own, the fields that differ';
  return `${JSON.stringify({ title, ...schema }, undefined, 2)}\n`;
}

function requestFileSchema(): string {
  const schema = z.toJSONSchema(requestSchema, { io: 'input' });
  const title = 'A request to a model, for holdfast start complete --request';
  return `${JSON.stringify({ title, ...schema }, undefined, 2)}\n`;
}

function configurationPage(): string {
  const { properties = {} } = z.toJSONSchema(variables, { io: 'input' });
  const rows = Object.entries(properties).map(([name, property]) => {
    const { description = '', default: fallback } = typeof property === 'object' ? property : {};
    const shown = fallback === undefined ? '' : `\`${String(fallback)}\``;
    return `| \`${name}\` | ${shown} | ${description.replaceAll('|', '\\|')} |`;
  });
  return `# Configuration

All of it is environment variables; a \`.env\` file in the working directory is read too, and real
variables win over it. The worker checks everything when it starts and names every mistake at once.
The command \`holdfast\` needs only the task queue, scope, model, policies, providers and UI address.

| variable | default | what it is |
|---|---|---|
${rows.join('\n')}

The connection to Temporal follows Temporal's own conventions, for the worker and the client alike:
\`TEMPORAL_ADDRESS\` (default: for commands the server of the folder, \`holdfast up\`'s or a batch's, else \`127.0.0.1:7233\`), \`TEMPORAL_NAMESPACE\` (default \`default\`),
\`TEMPORAL_API_KEY\`, the \`TEMPORAL_TLS_*\` variables, and profiles (\`TEMPORAL_PROFILE\`,
\`TEMPORAL_CONFIG_FILE\`). Temporal's programs are looked for on PATH; \`HOLDFAST_TEMPORAL_CLI\` names the one that
\`holdfast up\` starts, \`HOLDFAST_TEST_SERVER\` the one of tests.

This page is generated from \`src/config/environment.ts\`, and for the application of orders from
\`src/orders/charge-limits.ts\`, by \`node dev/write-schemas.ts\`.
`;
}

if (import.meta.main) {
  const root = path.dirname(import.meta.dirname);
  for (const file of generateFiles()) {
    const target = path.join(root, file.path);
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, file.content);
    console.log(`wrote ${file.path}`);
  }
}
