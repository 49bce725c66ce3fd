/** Where a log stands and what it can show. Sizes and indexes are plain numbers up to 2^53. */
export interface LogState {
  /** Names the log in its checkpoints. */
  readonly origin: string
  readonly size: number
  /** Root of its tree, hex. */
  readonly root: string
}

/**
 * The append-only log of signed statements of a home. Several processes may append to it at once. Leaves are the bytes of
 * DSSE envelopes, hashed as RFC 6962 says.
 */
export interface TransparencyLog {
  readonly origin: string
  /**
   * Appends a statement and gives its index. It is durable, under a signed checkpoint and published when this resolves.
   * The same bytes again give the same index. Rejects with `LOG_ROLLED_BACK`, `LOG_FORKED` or `LOG_FAILED`.
   */
  append(statement: Uint8Array): Promise<number>
  /** The index of a statement that is in the log; undefined for any other. */
  indexOf(statement: Uint8Array): number | undefined
  state(): LogState
  /** The newest signed checkpoint (a signed note); undefined while the log is empty. */
  checkpoint(): Uint8Array | undefined
  /** The audit path of a leaf in the tree of `size` leaves, nearest sibling first. */
  inclusion(index: number, size: number): readonly Uint8Array[]
  /** That the tree of `first` leaves is a prefix of that of `size`; empty when `first` is 0. */
  consistency(first: number, size: number): readonly Uint8Array[]
  /** The statements from an index on, up to 256 of them. */
  entries(from: number): readonly Uint8Array[]
  /** Hash of the complete subtree of 2^height leaves at `index · 2^height`. */
  node(height: number, index: number): Uint8Array
  close(): Promise<void>
}
