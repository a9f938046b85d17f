/** The statements that make the table of what was submitted to providers' own Batch APIs. */
export const submissionTables: readonly string[] = [
  `create table holdfast_batch_submission (
    id text primary key, batch_id text not null, provider text not null, url text not null,
    state text not null, remote_id text, created_at_ms bigint not null)`,
  `create index holdfast_batch_submission_open on holdfast_batch_submission (batch_id)
    where state in ('intended', 'open')`,
  `create index holdfast_batch_line_submitted on holdfast_batch_line (batch_id, owner, seq)
    where state = 'submitted'`,
];
