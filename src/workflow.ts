/** What workflows are written with. Safe in the sandbox; the application is imported by type only. */

export type { ApprovalRequest, AwaitApproval } from './durable/approvals.ts';
export {
  type AdHocQuestion,
  type Ask,
  type AskOptions,
  type EffectsOf,
  type HoldfastWorkflow,
  holdfast,
  type Prompt,
  type Tools,
  type WholeAnswer,
  type WholeQuestion,
  type WorkflowOptions,
} from './durable/define-workflow.ts';
export { findFailure } from './failures/find-failure.ts';
export type { CallSettings, OfferedTool, ToolChoice } from './wire/call-options.ts';
export { fingerprintOf } from './wire/identifiers.ts';
export type {
  FilePart,
  ImagePart,
  Message,
  ReasoningPart,
  TextPart,
  ToolCallPart,
  ToolResultPart,
} from './wire/message.ts';
export type { CallReport } from './wire/model-call.ts';
export type { Approval } from './wire/park-answers.ts';
