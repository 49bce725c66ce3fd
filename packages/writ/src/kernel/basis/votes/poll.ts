import type { Vote } from './compare-votes.ts'

/** The answers that a run has had to one question, for all releases of it: none is asked for twice. */
export class Poll {
  /** The first answer of the root, then the others as they were asked for. */
  readonly votes: Vote[] = []
  /** Why the first frame that came to nothing did. */
  failure: string | null = null
  /** Whether leaves were asked for again, which is done once. */
  again = false
}
