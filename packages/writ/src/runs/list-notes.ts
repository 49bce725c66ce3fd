import { type Citation, everyPartition, flowsTo, type Json, type Label, type Ledger } from '@writ/contract'
import { decodeRecord } from '@writ/evidence'
import { Viewer, type ViewOptions } from '../export/view-access.ts'
import { forgetNotes, markedRuns, shelfOf } from '../files/note-shelf.ts'
import type { ContextSource } from '../files/options.ts'
import type { HomeServices } from '../home/home-services.ts'
import { type LeftNotes, type NoteShelf, readNotes } from './read-notes.ts'

/** A note that later runs of its corpus are given, as far as whoever looks may see it. */
export interface ListedNote {
  readonly run: string
  /** When its run began, in milliseconds since the epoch: a claim. */
  readonly at: number
  readonly purpose: string
  readonly label: Label
  /** Null with `withheld`. */
  readonly content: {
    readonly key: string
    readonly value: Json
    readonly citations: readonly Citation[]
  } | null
  /** Why it is not shown; null when it is. */
  readonly withheld: string | null
}

/** The notes of a corpus, oldest run first, and the runs whose notes cannot be read. */
export interface ListedNotes {
  readonly notes: readonly ListedNote[]
  readonly unreadable: readonly string[]
}

/** Lists the notes that runs left of a corpus. Those whose cited bytes have changed since are among them until a run looks. */
export async function listNotes(
  services: HomeServices,
  source: ContextSource,
  options: ViewOptions,
): Promise<ListedNotes> {
  const shelf = await shelfIn(services, source)
  if (shelf === null) return { notes: [], unreadable: [] }
  const heads = new Map((await shelf.ledger.runs()).map((head) => [head.run, head]))
  const notes: ListedNote[] = []
  const unreadable: string[] = []
  for (const run of markedRuns(shelf.home, shelf.shelf)) {
    const left = await readNotes(shelf, run).catch(() => null)
    if (left === null) unreadable.push(run)
    if (left === null || left === undefined) continue
    const at = heads.get(run)?.startedAt ?? 0
    notes.push(...(await seenOf(services, shelf.ledger, run, left, options)).map((note) => ({ ...note, at })))
  }
  return { notes, unreadable }
}

/** Gives notes of a run no more: those under a key, or all. Gives how many that are. */
export async function forget(
  services: HomeServices,
  source: ContextSource,
  run: string,
  key: string | undefined,
): Promise<number> {
  const shelf = await shelfIn(services, source)
  if (shelf === null || !markedRuns(shelf.home, shelf.shelf).includes(run)) return 0
  const left = await readNotes(shelf, run).catch(() => undefined)
  if (key === undefined) {
    forgetNotes(shelf.home, shelf.shelf, run)
    return left?.notes.length ?? 0
  }
  const named = (left?.notes ?? []).filter(({ note }) => note.key === key).map(({ number }) => number)
  if (named.length > 0) forgetNotes(shelf.home, shelf.shelf, run, named)
  return named.length
}

async function shelfIn({ home, ledger }: HomeServices, source: ContextSource): Promise<NoteShelf | null> {
  const shelf = shelfOf(source)
  return shelf === null ? null : { home, ledger: await ledger(), shelf }
}

async function seenOf(
  services: HomeServices,
  ledger: Ledger,
  run: string,
  { purpose, notes }: LeftNotes,
  options: ViewOptions,
): Promise<readonly Omit<ListedNote, 'at'>[]> {
  const partitions = await partitionsOf(ledger, run)
  const viewer = new Viewer(await services.policy(), partitions, options)
  const listed: Omit<ListedNote, 'at'>[] = []
  for (const { note } of notes) {
    const { key, value, citations, label } = note
    // Whatever its frame may have read by then.
    const touched = new Set(partitions.filter((one) => flowsTo(one.label, label)).map(({ id }) => id))
    const withheld = await viewer.withheld(label, touched)
    const content = withheld === null ? { key, value, citations } : null
    listed.push({ run, purpose, label, content, withheld })
  }
  await viewer.note(services.home, run, 'notes')
  return listed
}

async function partitionsOf(ledger: Ledger, run: string): Promise<ReturnType<typeof everyPartition>> {
  for await (const bytes of ledger.records(run)) {
    const opening = decodeRecord(bytes)
    return opening.kind === 'run.open' ? everyPartition(opening.det) : []
  }
  return []
}
