import { DatabaseSync } from 'node:sqlite'
import { TITLE_WINDOW_BYTES } from './limits.ts'
import { mediaTypeOf } from './media-type.ts'
import { OffsetTrack } from './offset-track.ts'
import { INDEX_VERSION, openTables } from './open-tables.ts'
import { Outliner } from './outline.ts'
import type { PackFile } from './pack-file.ts'
import { PackIndex } from './pack-index.ts'
import type { PackedDocument } from './pack-layout.ts'
import { PageBytes } from './page-bytes.ts'
import { PassageCutter } from './passage-cutter.ts'
import { findTables, tableKind } from './tables/find-tables.ts'
import { keepTables, TABLES_SCHEMA } from './tables/kept-tables.ts'
import { parsedTables } from './tables/parsed-tables.ts'
import { nameWords, titleOf } from './title.ts'
import { boundaryBefore } from './utf8.ts'
import { xmlOutline } from './xml-outline.ts'

/** How text becomes tokens. */
export const TOKENIZE = 'porter unicode61 remove_diacritics 2'

/** Bytes of lists of words that are held before they are written: those of an ordinary pack are written once, as one segment. */
const HELD_BYTES: number = 64 * 1024 * 1024

// `passages` keeps no text: it is read from the pack. Row ids follow (document, offset), so they break ties. The first
// passage of a document is found by the words of its name and title, too. `sizes` holds how many
// words each passage has, `first_rows` the row of the first passage of each document and the row behind the last.
const SCHEMA = `
  CREATE TABLE docs (n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, layout TEXT NOT NULL, bytes INTEGER NOT NULL,
    title TEXT NOT NULL, outline_size INTEGER NOT NULL);
  CREATE TABLE outline (doc INTEGER, n INTEGER, kind TEXT, title TEXT, depth INTEGER, start INTEGER, "end" INTEGER,
    PRIMARY KEY (doc, n)) WITHOUT ROWID;
  CREATE TABLE spans (n INTEGER PRIMARY KEY, doc INTEGER NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL);
  CREATE TABLE totals (documents INTEGER NOT NULL, bytes INTEGER NOT NULL, passages INTEGER NOT NULL,
    words INTEGER NOT NULL, sizes BLOB NOT NULL, first_rows BLOB NOT NULL);
  CREATE VIRTUAL TABLE passages USING fts5(text, name, title, content = '', tokenize = '${TOKENIZE}');
  INSERT INTO passages (passages, rank) VALUES ('hashsize', ${HELD_BYTES});
  ${TABLES_SCHEMA}
`

/** A whole index is made at once, and one that is cut short is thrown away. */
const AT_ONCE = `PRAGMA synchronous = OFF; PRAGMA cache_size = -32768; PRAGMA locking_mode = EXCLUSIVE;`

/** Told of what has become searchable since it was last told. */
export type Advance = (documents: number, bytes: number) => void

/** Builds the index of a pack at `path`, complete when this returns. */
export function buildIndex(pack: PackFile, path: string, advance: Advance): void {
  const db = new DatabaseSync(path)
  try {
    db.exec(AT_ONCE + SCHEMA)
    db.exec('BEGIN')
    const insert = inserts(db)
    const firstRows = [1]
    for (const doc of pack.documents) {
      const firstRow = firstRows.at(-1) ?? 1
      firstRows.push(firstRow + insertDocument(insert, pack, doc, firstRow, advance))
      insertTables(db, pack, doc)
      advance(1, 0)
    }
    insertTotals(db, firstRows)
    db.exec('COMMIT')
    db.exec(`PRAGMA user_version = ${INDEX_VERSION}`)
  } finally {
    db.close()
  }
}

/** Opens an index for search, or returns undefined when there is none that this version can use. */
export function openIndex(path: string): PackIndex | undefined {
  const db = openTables(path)
  try {
    return db && new PackIndex(db)
  } catch {
    // Damaged: the same as none.
    db?.close()
    return undefined
  }
}

/** Keeps what is the sum of all, and how many words each passage has by row: FTS5 counted them, column by column. */
function insertTotals(db: DatabaseSync, firstRows: readonly number[]): void {
  const rows = db.prepare('SELECT id, sz FROM passages_docsize ORDER BY id')
  const many = Number(db.prepare('SELECT count(*) AS n FROM spans').get()?.n)
  const sizes = new Int32Array(many + 1)
  let words = 0
  for (const { id, sz } of rows.iterate()) {
    const bytes = new PageBytes(sz as Uint8Array)
    let size = 0
    while (bytes.at < bytes.bytes.length) size += bytes.next()
    sizes[Number(id)] = size
    words += size
  }
  db.prepare('INSERT INTO totals SELECT count(*), coalesce(sum(bytes), 0), ?, ?, ?, ? FROM docs').run(
    many,
    words,
    new Uint8Array(sizes.buffer),
    new Uint8Array(Int32Array.from(firstRows).buffer),
  )
}

type Inserts = ReturnType<typeof inserts>

function inserts(db: DatabaseSync) {
  return {
    doc: db.prepare('INSERT INTO docs VALUES (?, ?, ?, ?, ?, ?)'),
    outline: db.prepare('INSERT INTO outline VALUES (?, ?, ?, ?, ?, ?, ?)'),
    span: db.prepare('INSERT INTO spans VALUES (?, ?, ?, ?)'),
    passage: db.prepare('INSERT INTO passages (rowid, text, name, title) VALUES (?, ?, ?, ?)'),
  }
}

/** Returns how many passages it has, whose rows begin with `firstRow`. */
function insertDocument(
  insert: Inserts,
  pack: PackFile,
  doc: PackedDocument,
  firstRow: number,
  advance: Advance,
): number {
  const notes = pack.notes(doc)
  const outliner = notes === undefined ? new Outliner(mediaTypeOf(doc.id)) : undefined
  let title = notes?.title
  let passages = 0
  const cutter = new PassageCutter((start, bytes) => {
    const names = start === 0 ? [nameWords(doc.id), title ?? ''] : ['', '']
    insert.span.run(firstRow + passages, doc.n, start, start + bytes.length)
    insert.passage.run(firstRow + passages, bytes.toString(), ...names)
    passages += 1
  })
  for (const piece of pack.pieces(doc)) {
    // The outline goes first: it knows the title when the first passage is cut.
    outliner?.push(piece)
    title ??= titleOf(doc.id, outliner?.firstHeading, beginningOf(piece))
    cutter.push(piece)
    advance(0, piece.length)
  }
  cutter.end()
  const outline =
    notes === undefined && mediaTypeOf(doc.id) === 'text/xml'
      ? xmlOutline(doc.bytes, () => pack.text(doc, 0, doc.bytes))
      : (outliner?.end(doc.bytes) ?? notes?.outline ?? [])
  const { id, n, part: _, ...layout } = doc
  const bytes = doc.original?.bytes ?? doc.bytes
  insert.doc.run(n, id, JSON.stringify(layout), bytes, title ?? id, outline.length)
  outline.forEach((entry, at) => {
    insert.outline.run(doc.n, at, entry.kind, entry.title, entry.depth, entry.start, entry.end)
  })
  return passages
}

/** Keeps the tables of a document. Its text is read again only where it may hold some. */
function insertTables(db: DatabaseSync, pack: PackFile, doc: PackedDocument): void {
  let text: Buffer | undefined
  const whole = (): Buffer => {
    text ??= pack.text(doc, 0, doc.bytes)
    return text
  }
  const parsed = parsedTables(pack.tables(doc))
  const found = parsed.length > 0 ? parsed : findTables(tableKind(doc.id), doc.bytes, whole)
  if (found.length === 0) return
  const track = doc.original === undefined ? undefined : new OffsetTrack(doc.original, whole())
  keepTables(db, doc, found, (offset) => track?.fileOffset(offset) ?? offset)
}

function beginningOf(piece: Buffer): string {
  return piece.toString('utf8', 0, boundaryBefore(piece, TITLE_WINDOW_BYTES))
}
