import { readFileSync } from 'node:fs';
import path from 'node:path';
import { progressText } from '../src/cli/batch/progress-view.ts';
import type { Check } from '../src/cli/doctor/check.ts';
import { renderChecks } from '../src/cli/doctor/render-checks.ts';
import { readableLine } from '../src/cli/up/readable-line.ts';
import { endingText, type Running, servingText } from '../src/cli/up/up-view.ts';
import { renderStatusTable } from '../src/cli/watch/render-status-table.ts';
import type { WorkflowStatus } from '../src/client/status.ts';

/**
 * What the commands said with `--json` where no provider answered: `up`, then `status` of both
 * calls, `doctor`, and `doctor` of a queue that no worker serves. Ports and folders are the usual ones.
 */
interface Recorded {
  readonly up: readonly string[];
  readonly watch: { readonly now: string; readonly statuses: readonly object[] };
  readonly doctor: readonly Check[];
  readonly doctorOfAnotherQueue: readonly Check[];
}

const widths = [80, 160];

const nothing = {
  ...{ total: 128_412, answered: 0, failed: 0, attempts: 0, possiblyBilled: 0, repairs: 0 },
  ...{ inputTokens: 0, outputTokens: 0, costNano: 0 },
};
const halfway = {
  ...{ ...nothing, answered: 51_364, failed: 37, attempts: 52_890, possiblyBilled: 12 },
  ...{ repairs: 174, inputTokens: 12_843_207, outputTokens: 1_027_301, costNano: 3_412_000_000 },
};
/** A long one, since the short ones fit everywhere. */
const batch = [
  { atMs: 0, counts: nothing },
  { atMs: 180_000, counts: halfway },
];
const batchFailures = [
  ['InvalidRequest', 30],
  ['ContentRejected', 7],
] as const;

/** The page for users on what a terminal shows, drawn by the commands' own code. */
export function screensPage(): string {
  const file = path.join(import.meta.dirname, 'screens/recorded.json');
  const recorded: Recorded = JSON.parse(readFileSync(file, 'utf8'));
  const screens = [
    ['holdfast up', (width: number) => up(recorded.up, width)],
    ['holdfast watch', (width: number) => watch(recorded.watch, width)],
    ['holdfast batch run', (width: number) => progressText(batch, batchFailures, width)],
    ['holdfast doctor', (width: number) => renderChecks(recorded.doctor, { width })],
  ] as const;
  return `# Screens

What \`up\`, \`watch\`, \`batch run\` and \`doctor\` look like in a project that has Holdfast installed, at 80 columns
and at 160. The provider does not answer here, so that there is something to see, and of the batch some lines fail; the
server is \`holdfast up\`'s own. Colours are left out.

${screens
  .flatMap(([name, draw]) =>
    widths.map((width) => `## \`${name}\`, ${width} columns\n\n${fenced(draw(width))}`),
  )
  .join('\n\n')}

With \`HOLDFAST_TASK_QUEUE=tickets\`, which no worker serves:

${fenced(renderChecks(recorded.doctorOfAnotherQueue, { width: 80 }))}

This page is drawn by the commands' own code, from what they said once, by \`node dev/write-schemas.ts\`.
`;
}

function up(lines: readonly string[], width: number): string {
  return lines
    .flatMap((line) => {
      const { event, ...fields } = JSON.parse(line);
      if (event === 'up.serving') return servingText(fields as Running);
      if (event === 'up.ending') return endingText;
      // The last column of a terminal stays empty.
      return readableLine(line, width - 1, event.split('.')[0]) ?? [];
    })
    .join('\n');
}

function watch({ now, statuses }: Recorded['watch'], width: number): string {
  // Of what is a time, only this one matters to what runs.
  const revived = statuses.map((each) => ({
    ...each,
    startedAt: new Date((each as { startedAt: string }).startedAt),
  })) as unknown as WorkflowStatus[];
  return renderStatusTable(revived, { width, now: new Date(now) });
}

function fenced(text: string): string {
  return `\`\`\`text\n${text.replace(/^\n+|\n+$/g, '')}\n\`\`\``;
}
