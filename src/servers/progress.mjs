/** How often a line is printed where there is no terminal to redraw. */
const PLAIN_INTERVAL_MS = 15_000;
const TERMINAL_INTERVAL_MS = 1_000;

/**
 * Shows that something long is alive: what it is, for how many seconds, and its last word.
 * On a terminal one line is redrawn; elsewhere (CI logs) a new line comes every 15 seconds.
 * Plain JavaScript, because the bootstrap of a checkout needs it before anything is installed.
 *
 * @typedef {object} Progress A running display, ended by exactly one of `done` and `failed`.
 * @property {(word: string) => void} say What is happening now, shown behind the elapsed seconds.
 * @property {() => void} done
 * @property {() => void} failed
 *
 * @param {string} label
 * @param {NodeJS.WriteStream} [stream] Standard error by default.
 * @returns {Progress}
 */
export function startProgress(label, stream = process.stderr) {
  const startedAtMs = Date.now();
  const isTerminal = stream.isTTY === true;
  let lastWord = '';

  const elapsedSeconds = () => Math.round((Date.now() - startedAtMs) / 1000);
  const write = (text) => {
    const line = `holdfast: ${text}`;
    // Cut to the terminal's width: a line that wraps cannot be redrawn.
    stream.write(
      isTerminal ? `\r\x1b[2K${line.slice(0, (stream.columns ?? 80) - 1)}` : `${line}\n`,
    );
  };
  const tick = () => write(`${label}: ${elapsedSeconds()} s${lastWord ? `, ${lastWord}` : ''}`);

  write(`${label} ...`);
  const timer = setInterval(tick, isTerminal ? TERMINAL_INTERVAL_MS : PLAIN_INTERVAL_MS);
  timer.unref();

  const end = (outcome) => {
    clearInterval(timer);
    write(`${label}: ${outcome} after ${elapsedSeconds()} s`);
    if (isTerminal) stream.write('\n');
  };
  return {
    say(word) {
      lastWord = word;
    },
    done: () => end('done'),
    failed: () => end('failed'),
  };
}
