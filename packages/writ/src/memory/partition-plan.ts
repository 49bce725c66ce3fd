import { isLeftOut } from '@writ/contract'
import { type FileRecord, type Sight, sightOf } from './file-record.ts'
import { formatOf } from './format-of.ts'
import { LEAST_KEPT_BYTES, MAX_ADDED_PARTS, MAX_GONE } from './limits.ts'
import type { PackSet } from './pack-set.ts'
import { feedsTheSame, packedFeed } from './packed-feed.ts'
import { lastWritten, readWhole } from './parse-files.ts'
import type { Candidate } from './selection.ts'
import { sha256 } from './sha256.ts'
import type { Progress } from './work-directory.ts'

/** A file whose documents are to be packed, from the file itself or from an earlier pack. */
export interface Task {
  readonly id: string
  readonly sight: Sight
  readonly bytes: number
  /** The file, to be read. */
  readonly fresh?: Candidate
  /** What was known of it, and the same again. */
  readonly copied?: { readonly record: FileRecord; readonly candidates: readonly Candidate[] }
}

/** What there is to do about a partition. */
export interface Plan {
  /** Whether the state is what it was. */
  readonly isUnchanged: boolean
  /** Whether all is packed again: there was little or nothing, too much of it is gone, or it is in too many packs. */
  readonly whole: boolean
  readonly tasks: readonly Task[]
  /** Files whose documents are where they are to be. */
  readonly kept: ReadonlyMap<string, FileRecord>
  /** Those of them whose documents are in packs of the state before. */
  readonly stays: ReadonlySet<string>
  /** Files that are as they were in the corpus before. */
  readonly same: Set<string>
}

/** What is known from before: the corpus that is replaced, and what an ingestion that was cut short has done. */
export interface Before {
  readonly files: ReadonlyMap<string, FileRecord>
  readonly set: PackSet | undefined
  readonly progress: Progress
  readonly progressSet: PackSet
}

/** How a corpus is brought up to date. */
export interface Manner {
  /** Nothing the file system says of a file is trusted. */
  readonly rehash: boolean
  /** Bytes of files that go into one pack. */
  readonly partBytes: number
}

/** Decides what has to be read and what need not. */
export function planPartition(
  candidates: readonly Candidate[],
  before: Before,
  { rehash, partBytes }: Manner,
): Plan {
  const kept = new Map<string, FileRecord>()
  const same = new Set<string>()
  const fresh: Task[] = []
  const old: { readonly task: Task; readonly record: FileRecord; readonly candidate: Candidate }[] = []
  for (const candidate of candidates) {
    const { id } = candidate
    const sight = sightOf(candidate)
    const task = { id, sight, bytes: sight.bytes }
    const done = before.progress.files.get(id)
    const earlier = before.set === undefined ? undefined : before.files.get(id)
    if (
      done !== undefined &&
      isAsBefore(candidate, sight, done, before.progressSet, rehash) &&
      !isOfAnotherDay(candidate, sight, done, before.progressSet)
    ) {
      kept.set(id, { ...done, seen: sight.seen })
      if (before.progress.same.has(id)) same.add(id)
    } else if (
      earlier !== undefined &&
      before.set !== undefined &&
      isAsBefore(candidate, sight, earlier, before.set, rehash)
    ) {
      same.add(id)
      // A file that was only touched on another day is the same, and is packed again with its day.
      if (isOfAnotherDay(candidate, sight, earlier, before.set)) fresh.push({ ...task, fresh: candidate })
      else old.push({ task, record: { ...earlier, seen: sight.seen }, candidate })
    } else fresh.push({ ...task, fresh: candidate })
  }
  const { set, progress } = before
  const documents = old.reduce((sum, { record }) => sum + record.docs.length, 0)
  const isUnchanged =
    set !== undefined &&
    fresh.length === 0 &&
    progress.packs.length === 0 &&
    kept.size === 0 &&
    set.documents.length === documents
  const whole = isUnchanged ? false : set === undefined || isBetterWhole(set, fresh, old, progress, partBytes)
  const copied: Task[] = []
  for (const { task, record, candidate } of old) {
    if (!whole) kept.set(task.id, record)
    else copied.push({ ...task, copied: { record, candidates: copies(set, record, candidate) } })
  }
  const tasks = [...fresh, ...copied].sort((a, b) => (a.id < b.id ? -1 : 1))
  const stays = new Set(whole ? [] : old.map(({ task }) => task.id))
  return { isUnchanged, whole, tasks, kept, stays, same }
}

/** Whether a file still is what a record says, so that its documents are those in the packs. */
function isAsBefore(
  candidate: Candidate,
  sight: Sight,
  record: FileRecord,
  set: PackSet,
  rehash: boolean,
): boolean {
  if (sight.how !== record.how || sight.path !== record.path) return false
  if (!record.docs.every((doc) => set.byId(doc) !== undefined)) return false
  if (!rehash && sight.seen !== null && sight.seen === record.seen) return true
  return holdsTheSame(candidate, record, set)
}

/** Whether what a pack has of a file is of another day than the file is now. A mail has a day of its own. */
function isOfAnotherDay({ id, file }: Candidate, { seen }: Sight, record: FileRecord, set: PackSet): boolean {
  if (seen !== null && seen === record.seen) return false
  const doc = set.byId(id)
  if (doc === undefined || file === undefined || doc.extract?.format === 'email') return false
  return doc.day !== (file.source === undefined ? lastWritten(file.path) : file.day)
}

/** Compares content: that of a text with what is packed of it, that of a parsed file with its hash. */
function holdsTheSame(candidate: Candidate, record: FileRecord, set: PackSet): boolean {
  const [only] = record.docs
  const doc = only === undefined ? undefined : set.byId(only)
  if (doc === undefined) return false
  if (doc.extract !== undefined) return hashOf(candidate) === doc.extract.sha256
  if (candidate.file !== undefined && formatOf(candidate.file.path, candidate.id) !== undefined) return false
  const masked = record.omitted.find((entry) => !isLeftOut(entry))?.reason
  return feedsTheSame(candidate.feed, set, doc, masked)
}

function hashOf({ file }: Candidate): string | undefined {
  const bytes = file && readWhole(file.path)
  return bytes instanceof Uint8Array ? sha256(bytes) : undefined
}

function isBetterWhole(
  set: PackSet,
  fresh: readonly Task[],
  old: readonly { readonly record: FileRecord }[],
  progress: Progress,
  partBytes: number,
): boolean {
  if (progress.whole !== undefined) return progress.whole
  const staying = old.reduce((sum, { record }) => sum + record.bytes, 0)
  if (staying < Math.min(partBytes, LEAST_KEPT_BYTES)) return true
  const all = set.parts.reduce((sum, { file }) => sum + file.documents.length, 0)
  const leaving = all - old.reduce((sum, { record }) => sum + record.docs.length, 0)
  const parts = Math.ceil(staying / partBytes) + MAX_ADDED_PARTS
  return fresh.length > 0 && (leaving > all * MAX_GONE || set.parts.length >= parts)
}

function copies(set: PackSet | undefined, record: FileRecord, { label }: Candidate): Candidate[] {
  return record.docs.flatMap((id) => {
    const doc = set?.byId(id)
    if (set === undefined || doc === undefined) return []
    return [{ id, of: record.id, label, feed: packedFeed(set, doc) }]
  })
}
