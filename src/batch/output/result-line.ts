import type { LineResult } from '../store/batch-store.ts';

/**
 * A line of a file of results, in the shape of OpenAI's: a provider's own error answer is a response
 * with its status; what has no answer has an error.
 */
export function resultLine(id: string, result: LineResult): string {
  const { custom_id, seq, status, request_id, answer, error_code, error_message } = result;
  const head = `{"id":${JSON.stringify(`${id}_${seq}`)},"custom_id":${JSON.stringify(custom_id)}`;
  const response =
    answer && status !== null
      ? `{"status_code":${status},"request_id":${JSON.stringify(request_id)},"body":${bodyOf(answer)}}`
      : 'null';
  const error =
    error_code === null
      ? 'null'
      : JSON.stringify({ code: error_code, message: error_message ?? '' });
  return `${head},"response":${response},"error":${error}}\n`;
}

/** The provider's own bytes, where they are JSON on one line; numbers keep all of their digits. */
function bodyOf(answer: Uint8Array): string {
  const text = Buffer.from(answer).toString('utf8').trim();
  try {
    const value = JSON.parse(text);
    return /[\r\n]/.test(text) ? oneLine(text, value) : text;
  } catch {
    return JSON.stringify(text);
  }
}

/** Line ends in JSON stand between its parts only: in a text they are written as `\n`. */
function oneLine(text: string, value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : text.replaceAll(/\s*[\r\n]+\s*/g, ' ');
}
