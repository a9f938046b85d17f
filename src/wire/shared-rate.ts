/**
 * What is taken of a rate, in time: ten requests of sixty a minute are ten seconds of it. So whoever
 * counts knows no units.
 */
export interface RateShare {
  /** How long the rate takes to give so much; less than nothing gives back. */
  readonly costMs: number;
  /** It is there while no more than this much of the time to come is taken already. */
  readonly aheadMs: number;
}

/** What is taken of an account's rates; a rate that is left out is not limited. */
export interface RateShares {
  readonly requests?: RateShare;
  readonly tokens?: RateShare;
}

/** Where processes that have one account take what its rates give, one after the other. */
export interface SharedRates {
  /** @returns 0 where it is taken, and otherwise how long until it is there: then nothing was taken. */
  readonly take: (account: string, shares: RateShares) => Promise<number>;
  /** Changes what was taken, by what was used. */
  readonly correct: (account: string, shares: RateShares) => Promise<void>;
}
