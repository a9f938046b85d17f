/** One thing that `holdfast doctor` looked at. */
export interface Check {
  readonly name: string;
  /** `unknown`: what it needs is itself not there. */
  readonly state: 'ok' | 'wrong' | 'unknown';
  /** What was found; where it is wrong, with what to do about it. */
  readonly words: string;
}

export const ok = (name: string, words: string): Check => ({ name, state: 'ok', words });
export const wrong = (name: string, words: string): Check => ({ name, state: 'wrong', words });
export const unknown = (name: string, words: string): Check => ({ name, state: 'unknown', words });
