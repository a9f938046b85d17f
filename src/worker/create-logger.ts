import { destination, type Logger, pino } from 'pino';

/**
 * A logger of JSON lines. It writes synchronously: what was logged before a SIGKILL is on disk or
 * in the pipe, so that every request can be accounted for.
 *
 * @param to a file descriptor or a file's path; standard output by default.
 */
export function createLogger(options: { level?: string; to?: number | string } = {}): Logger {
  const { level = 'info', to = 1 } = options;
  return pino(
    { level, base: { pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime },
    destination({ dest: to, sync: true }),
  );
}
