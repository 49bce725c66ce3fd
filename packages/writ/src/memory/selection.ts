import {
  type DatabaseSelection,
  defined,
  type IngestRequest,
  isSqliteSource,
  type Label,
  type Omitted,
  type Skipped,
} from '@writ/contract'
import { readManifest } from './corpus-manifest.ts'
import { type DatabaseSource, readDatabaseSource } from './database-source.ts'
import { DocumentNames } from './document-names.ts'
import { type Feed, fileFeed, textFeed } from './document-source.ts'
import type { Revision } from './git/git-source.ts'
import { compileGlob } from './glob.ts'
import { labeller } from './labeller.ts'
import { ofDay, type SourceFile, takenFrom } from './parsed-feed.ts'
import type { Refusal } from './refusal.ts'
import { type Root, resolveRoots, rootName, slashes } from './roots.ts'
import { judgeName, KEY_FILE, maskedFeed, type NameVerdict } from './secrets/index.ts'
import { count, isWithin, type WalkResult, walk } from './walk.ts'

/** A document to be packed. */
export interface Candidate {
  readonly id: string
  readonly label: Label
  readonly feed: Feed
  /** What is fed when it turns out to be mostly secrets: whoever named the document itself wants to read them. */
  readonly asked?: Feed
  /** The id of the file that it was taken out of, where it is no file itself. */
  readonly of?: string
  /** The file that it is; absent for a text. */
  readonly file?: CandidateFile
}

/** The file of a candidate, for formats that are parsed before they are fed. */
export interface CandidateFile {
  readonly path: string
  /** What its name says about secrets in it; null when they are wanted. */
  readonly verdict: NameVerdict | null
  /** Whether somebody named it. */
  readonly named: boolean
  /** What it was taken out of, where it is no file of the user's, and the day of that. */
  readonly source?: SourceFile
  readonly day?: string
  /** Of a database of which not all is read: what is, and what its citations say that they come from. */
  readonly select?: DatabaseSelection
  readonly origin?: string
}

export interface Selection {
  readonly candidates: readonly Candidate[]
  readonly omitted: Omitted[]
  readonly skipped: Skipped
}

/** What a request asks to ingest. Paths are looked up in the working directory. */
export type Wanted = Pick<
  IngestRequest,
  'paths' | 'matched' | 'includeSecret' | 'texts' | 'defaultLabel' | 'labels'
> & {
  /** Directories never entered, as real paths. */
  readonly homes: readonly string[]
}

/** Decides which documents a request means, what they are called, and how they are labelled; reads none of them. */
export function select(wanted: Wanted, revisions: readonly Revision[] = []): Selection {
  const databases = [...new Set(wanted.paths.filter(isSqliteSource))].map(readDatabaseSource)
  const paths = wanted.paths.filter((path) => !isSqliteSource(path))
  const roots = resolveRoots(paths, wanted.matched)
  const taker = new Taker(wanted, new DocumentNames(wanted.texts, roots), roots)
  taker.texts()
  const files = roots.filter((root) => root.kind !== 'directory')
  for (const root of roots) if (root.kind === 'directory') taker.directory(root)
  for (const root of files) taker.file(root)
  for (const database of databases) taker.database(database)
  for (const revision of revisions) taker.revision(revision)
  return taker.selection()
}

/** Of a database nothing is fed but what its parser gives. */
const UNREAD: Refusal = { code: 'unreadable', reason: 'databases are not read here' }

interface Found {
  readonly id: string
  readonly label: Label
  readonly path: string
  readonly relative: string
  readonly verdict: NameVerdict
  readonly source?: SourceFile
  readonly day?: string
}

/** Gathers candidates. Directories go before files, so that a file given twice keeps its directory's rules. */
class Taker {
  readonly #wanted: Wanted
  readonly #names: DocumentNames
  readonly #candidates: Candidate[] = []
  readonly #omitted: Omitted[] = []
  readonly #skipped = new Map<string, number>()
  readonly #paths = new Set<string>()
  /** Files named one by one, also those of a directory that is given too. */
  readonly #named: ReadonlySet<string>
  readonly #included: readonly ((path: string) => boolean)[]

  constructor(wanted: Wanted, names: DocumentNames, roots: readonly Root[]) {
    this.#wanted = wanted
    this.#names = names
    this.#named = new Set(roots.filter((root) => root.named).map(({ path }) => path))
    this.#included = (wanted.includeSecret ?? []).map((glob) => compileGlob(glob))
  }

  texts(): void {
    const labelOf = labeller(this.#wanted.labels, this.#wanted.defaultLabel)
    for (const { id, text, label = labelOf(id) } of this.#wanted.texts) {
      const asked = textFeed(text)
      this.#candidates.push({
        id,
        label,
        feed: this.#includes(id) ? asked : maskedFeed(undefined, asked),
        asked,
      })
    }
  }

  directory(root: Root): void {
    if (this.#inHome(root)) return
    const { labels, defaultLabel } = this.#wanted
    const labelOf = labeller(labels, defaultLabel, readManifest(root.path))
    const found = walk(root.path, this.#wanted.homes)
    for (const { path, relative } of found.files) {
      if (!this.#isNew(path)) continue
      const id = this.#names.below(root, relative, path)
      this.#take({ id, label: labelOf(relative), path, relative, verdict: judgeName(relative) })
    }
    this.#note(root, found)
  }

  file(root: Root): void {
    if (this.#inHome(root) || !this.#isNew(root.path)) return
    const id = this.#names.file(root)
    const name = rootName(root)
    const label = labeller(this.#wanted.labels, this.#wanted.defaultLabel)(name)
    // A symlink has two names: that of the link and that of the file.
    const verdict = judgeName(name) === 'holds' ? 'holds' : judgeName(slashes(root.path))
    this.#take({ id, label, path: root.path, relative: name, verdict })
  }

  /** One table or query of a database, labelled and judged like its file. */
  database({ root, select, names, origin }: DatabaseSource): void {
    if (this.#inHome(root)) return
    const name = rootName(root)
    const label = labeller(this.#wanted.labels, this.#wanted.defaultLabel)(name)
    const verdict = judgeName(name) === 'holds' ? 'holds' : judgeName(slashes(root.path))
    const id = this.#names.first(names)
    const wanted = this.#includes(name) || verdict === 'holds'
    const file = { path: root.path, verdict: wanted ? null : verdict, named: true, select, origin }
    this.#candidates.push({ id, label, feed: () => UNREAD, file })
  }

  /** The files of a revision of a repository, labelled by what that says of them like a directory. */
  revision({ name, folder, files, day, omitted, skipped }: Revision): void {
    const { labels, defaultLabel } = this.#wanted
    const labelOf = labeller(labels, defaultLabel, readManifest(folder))
    for (const { path, relative, file, sha256 } of files) {
      const id = this.#names.within(`${name}/${relative}`, file)
      const source = { file, sha256 }
      this.#take({
        id,
        label: labelOf(relative),
        path,
        relative,
        verdict: judgeName(relative),
        source,
        ...defined({ day }),
      })
    }
    for (const { doc, ...why } of omitted) this.#omitted.push({ doc: `${name}/${doc}`, ...why })
    for (const [reason, times] of skipped) count(this.#skipped, reason, times)
  }

  /** Takes a file, unless its name says that it holds keys and nobody named it. */
  #take({ id, label, path, relative, verdict, source, day }: Found): void {
    const asked = source === undefined ? fileFeed(path) : ofDay(day, takenFrom(source, fileFeed(path)))
    const of = defined({ source, day })
    const named = this.#named.has(path)
    if (this.#includes(relative) || (named && verdict === 'holds'))
      this.#candidates.push({ id, label, feed: asked, file: { path, verdict: null, named, ...of } })
    else if (verdict === 'holds') this.#omitted.push({ doc: id, ...KEY_FILE })
    else
      this.#candidates.push({
        id,
        label,
        feed: maskedFeed(verdict, asked),
        file: { path, verdict, named, ...of },
        ...(named ? { asked } : {}),
      })
  }

  #includes(relative: string): boolean {
    return this.#included.some((matches) => matches(relative))
  }

  selection(): Selection {
    return {
      candidates: this.#candidates,
      omitted: this.#omitted,
      skipped: Object.fromEntries([...this.#skipped].sort(([a], [b]) => (a < b ? -1 : 1))),
    }
  }

  #note(root: Root, found: WalkResult): void {
    for (const relative of found.unreadable) {
      const doc = this.#names.place(root, relative)
      this.#omitted.push({ doc, code: 'unreadable', reason: 'the directory cannot be read' })
    }
    for (const [reason, times] of found.skipped) count(this.#skipped, reason, times)
  }

  #inHome(root: Root): boolean {
    const inside = this.#wanted.homes.some((home) => isWithin(home, root.path))
    if (inside) count(this.#skipped, 'home')
    return inside
  }

  #isNew(path: string): boolean {
    const known = this.#paths.has(path)
    if (known) count(this.#skipped, 'duplicate')
    this.#paths.add(path)
    return !known
  }
}
