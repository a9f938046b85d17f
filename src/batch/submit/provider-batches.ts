/** What a provider says of a batch of its own. */
export interface ProviderBatch {
  readonly id: string;
  readonly state: 'running' | 'ended';
  /** What ended it before it was through with its lines. */
  readonly cutShort?: 'expired' | 'cancelled';
  /** It refused the whole file: nothing was run. */
  readonly refusal?: {
    readonly code: string;
    readonly message: string;
    /** It has no room for now. */
    readonly isForNow: boolean;
  };
  /** Files of results, as {@link ProviderBatches.results} takes them. */
  readonly files: readonly string[];
  readonly createdAtMs: number;
}

/** A line as it is submitted. */
export interface LineToSubmit {
  readonly customId: string;
  readonly url: string;
  readonly body: Uint8Array;
}

/** A provider's own Batch API. */
export interface ProviderBatches {
  readonly mostLines: number;
  readonly mostBytes: number;
  /** Makes a batch, which is paid for: `name` is told, so that it is found again. */
  readonly create: (
    name: string,
    url: string,
    lines: AsyncIterable<LineToSubmit>,
  ) => Promise<ProviderBatch>;
  /** The batch of that name, made at about that time or later; perhaps that cannot be said yet. */
  readonly find: (
    name: string,
    sinceMs: number,
  ) => Promise<ProviderBatch | 'undecided' | undefined>;
  readonly read: (id: string) => Promise<ProviderBatch>;
  readonly cancel: (id: string) => Promise<void>;
  /** A file's bytes, as they come. */
  readonly results: (file: string) => AsyncIterable<Buffer>;
}

/** The provider refuses for good what was asked of it. */
export class ProviderRefused extends Error {
  override readonly name = 'ProviderRefused';
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}
