import { type KeptNotes, type LabelledNote, LEVELS, type Ledger, payloadPath } from '@writ/contract'
import { z } from 'zod'
import { readMark } from '../files/note-shelf.ts'

const count = z.number().int().min(0)
const label = z.strictObject({
  level: z.enum(LEVELS),
  categories: z.array(z.string()),
  untrusted: z.boolean(),
})
const box = z.tuple([z.number(), z.number(), z.number(), z.number()])
const place = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('page'),
    page: count,
    lastPage: count.exactOptional(),
    box: box.exactOptional(),
  }),
  z.strictObject({
    kind: z.literal('paragraph'),
    paragraph: count,
    lastParagraph: count.exactOptional(),
    heading: z.string().exactOptional(),
  }),
  z.strictObject({
    kind: z.literal('cells'),
    sheet: z.string(),
    from: z.string().exactOptional(),
    to: z.string().exactOptional(),
  }),
  z.strictObject({ kind: z.literal('part'), part: z.string() }),
  z.strictObject({
    kind: z.literal('record'),
    table: z.string(),
    record: z.string().exactOptional(),
    lastRecord: z.string().exactOptional(),
  }),
])
const origin = z.strictObject({ file: z.string(), sha256: z.string(), place: place.exactOptional() })
const citation = z.strictObject({
  doc: z.string(),
  start: count,
  end: count,
  sha256: z.string(),
  quote: z.string(),
  origin: origin.exactOptional(),
})
const note = z.strictObject({ key: z.string(), value: z.json(), citations: z.array(citation), label })
const keptNotes = z.strictObject({ purpose: z.string(), notes: z.array(note) })

/** A note of a run, and its number among those that the run left. */
export interface LeftNote {
  readonly number: number
  readonly note: LabelledNote
}

/** What a run left. */
export interface LeftNotes extends Pick<KeptNotes, 'purpose'> {
  readonly notes: readonly LeftNote[]
}

/** Where the notes of a corpus are kept. */
export interface NoteShelf {
  readonly home: string
  readonly ledger: Ledger
  readonly shelf: string
}

/**
 * The notes that a run left and that are not forgotten. Undefined where there are none: it never closed, or was erased. Throws
 * where they are damaged.
 */
export async function readNotes(
  { home, ledger, shelf }: NoteShelf,
  run: string,
): Promise<LeftNotes | undefined> {
  const { closing, forgotten } = readMark(home, shelf, run)
  const bytes = await ledger.payload(run, payloadPath({ lane: '0', n: closing }, 'run.close', 'notes'))
  if (bytes === undefined) return undefined
  const { purpose, notes } = keptNotes.parse(JSON.parse(new TextDecoder().decode(bytes)))
  const left = notes.map((one, number) => ({ number, note: one }))
  return { purpose, notes: left.filter(({ number }) => !forgotten.includes(number)) }
}
