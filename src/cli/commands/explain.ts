import { explainWorkflow } from '../../client/explain.ts';
import { renderExplanation } from '../explain/render-explanation.ts';
import { summarize } from '../explain/summarize.ts';
import { type JsonOption, printJson, printView } from '../output.ts';
import { withClient } from '../with-client.ts';

/** `holdfast explain <id>` */
export async function explainCommand(id: string, { json }: JsonOption): Promise<void> {
  await withClient(async ({ client, place, ui }) => {
    const explanation = await explainWorkflow(client, id, place);
    const link = ui(explanation.workflowId);
    if (json) {
      const { workflowId, ...rest } = explanation;
      return printJson({
        workflowId,
        ...(link && { ui: link }),
        summary: summarize(explanation),
        ...rest,
      });
    }
    const { columns = 80, isTTY } = process.stdout;
    const view = { width: columns, now: new Date(), colors: isTTY === true };
    printView(renderExplanation(explanation, view));
    if (link) printView(`\n  ui        ${link}`);
  });
}
