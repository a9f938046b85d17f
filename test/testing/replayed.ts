import assert from 'node:assert/strict';
import { mkdtempDisposableSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { answers, type ModelStep, replay, type TestWorld } from '../../src/testing.ts';
import type { triage } from './workflows.ts';

const workflowsPath = fileURLToPath(new URL('./workflows.ts', import.meta.url));

/** A world's histories, whose model gives these answers, held against its workflows. */
export function replayed(worldWith: (model: ModelStep[]) => Promise<TestWorld>): void {
  test('histories are held against the workflows of today', async () => {
    const world = await worldWith([answers({ summary: 'broken lamp', urgency: 'high' })]);
    await world.run<typeof triage>('triage', { text: 'My lamp is broken.' }, { id: 'replayed-1' });
    const history = await world.client.workflow.getHandle('replayed-1').fetchHistory();
    const json = historyToJSON(history);

    using folder = mkdtempDisposableSync(join(tmpdir(), 'holdfast-test-'));
    const file = join(folder.path, 'triage.json');
    writeFileSync(file, json);
    await replay({ workflowsPath, histories: [file, JSON.parse(json), history] });

    const tampered = JSON.parse(json.replaceAll('saveSummary', 'saveNothing'));
    await assert.rejects(replay({ workflowsPath, histories: [file, tampered] }), {
      message:
        "1 of 2 histories do not fit today's workflows:\ntriage (2): [TMPRL1100] Nondeterminism error: Activity type of scheduled event 'saveNothing' does not match activity type of activity command 'saveSummary'",
    });
    await assert.rejects(
      replay({ workflowsPath, histories: [JSON.parse(json.replaceAll('"triage"', '"sorting"'))] }),
      {
        message:
          "1 of 1 histories do not fit today's workflows:\nsorting (1): Failed to initialize workflow of type 'sorting': no such function is exported by the workflow bundle",
      },
    );
    await assert.rejects(replay({ workflowsPath, histories: [{}] }), {
      message: 'no history (1): it does not begin with the start of a workflow',
    });
  });
}
