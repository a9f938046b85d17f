import type { ClientBatch } from '../../batch/files/file-tables.ts';
import type { StoredBatch } from '../../batch/store/batch-tables.ts';
import { secondsOf } from './pages.ts';

/** A batch in OpenAI's form: what has not happened yet is `null`. */
export function batchObject(shown: ClientBatch, sums: StoredBatch | undefined) {
  const { id, endpoint, model, errors, usage, metadata } = shown;
  return {
    ...{ id, object: 'batch', endpoint },
    ...(model !== null && { model }),
    errors: errors === null ? null : { object: 'list', data: JSON.parse(errors).map(errorObject) },
    input_file_id: shown.input_file_id,
    completion_window: shown.completion_window,
    status: shown.state,
    output_file_id: shown.output_file_id,
    error_file_id: shown.error_file_id,
    created_at: secondsOf(shown.created_at_ms),
    in_progress_at: secondsOf(shown.in_progress_at_ms),
    expires_at: secondsOf(shown.expires_at_ms),
    finalizing_at: secondsOf(shown.finalizing_at_ms),
    completed_at: secondsOf(shown.completed_at_ms),
    failed_at: secondsOf(shown.failed_at_ms),
    expired_at: secondsOf(shown.expired_at_ms),
    cancelling_at: secondsOf(shown.cancelling_at_ms),
    cancelled_at: secondsOf(shown.cancelled_at_ms),
    request_counts: {
      total: Number(sums?.total ?? 0),
      completed: Number(sums?.answered ?? 0),
      failed: Number(sums?.failed ?? 0),
    },
    ...(usage !== null && { usage: JSON.parse(usage) }),
    metadata: metadata === null ? null : JSON.parse(metadata),
  };
}

/** A `LineProblem` as OpenAI tells it. */
function errorObject({
  code = 'invalid_request',
  line = null,
  problem,
  param = null,
}: Record<string, unknown>) {
  return { code, line, message: problem, param };
}
