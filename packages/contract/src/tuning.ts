import type { CellLanguage, ReplLanguage } from './sandbox.ts'

/** How a frame is told to work: the profile of the model it was opened with. */
export interface Tuning {
  /** What it is told to write its cells in. JavaScript and TypeScript run alike. */
  readonly language: CellLanguage
  /** Characters of text that it is told to give a sub-call at most. */
  readonly chunkChars: number
  /** Prompts that it is told to put into a batch. */
  readonly batchSize: number
  /** Sub-calls and child frames that the frame may ask for in all; null for no ceiling but those of the run. */
  readonly fanOut: number | null
  /** Lines added to how it is told to work. */
  readonly hints: readonly string[]
}

/** How frames are told to work whose model has no profile. */
export const USUAL_TUNING: Tuning = Object.freeze({
  language: 'javascript',
  chunkChars: 100_000,
  batchSize: 20,
  fanOut: null,
  hints: [],
})

/** Most bytes of all hints of a profile: a frame's last turn has room for so many. */
export const MAX_HINT_BYTES = 1_000

/** Profiles by the id of the model. */
export type Tunings = Readonly<Record<string, Tuning>>

/** The profile of a model; the usual one where it has none. */
export function tuningOf(tunings: Tunings, model: string): Tuning {
  return (Object.hasOwn(tunings, model) ? tunings[model] : undefined) ?? USUAL_TUNING
}

/** What the frames of a run write their cells in: all of them the same, for they share what they make. */
export function replOf(tunings: Iterable<Pick<Tuning, 'language'>>): ReplLanguage {
  for (const { language } of tunings) if (language === 'python') return 'python'
  return 'javascript'
}
