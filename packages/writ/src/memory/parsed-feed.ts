import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Format, ParsedDocument } from '@writ/contract'
import { type Feed, fileFeed, isRefusal } from './document-source.ts'
import type { Notes } from './extract.ts'
import { PIECE_BYTES } from './limits.ts'
import { maskedText } from './secrets/index.ts'
import { maskedTables } from './tables/masked-tables.ts'
import { wholeCharacters } from './utf8.ts'

/** The file on disk that something was taken out of: its document id, and its SHA-256 (hex). */
export interface SourceFile {
  readonly file: string
  readonly sha256: string
}

/** Keeps what parsers gave on disk until it is packed. */
export class ParsedTexts {
  readonly #folder: string
  #kept = 0

  constructor(scratch: string) {
    this.#folder = mkdtempSync(join(scratch, 'parsed-'))
  }

  /** Keeps a text that was extracted; `masks` says whether secrets in it are overwritten when it is fed. */
  document(source: SourceFile, format: Format, parsed: ParsedDocument, masks: boolean): Feed {
    const text = this.#keep(Buffer.from(parsed.text))
    const notes = this.#keep(Buffer.from(JSON.stringify(notesOf(parsed))))
    const tables =
      parsed.tables.length === 0
        ? undefined
        : this.#keep(Buffer.from(JSON.stringify(masks ? maskedTables(parsed) : parsed.tables)))
    return (take) => {
      const bytes = readFileSync(text)
      for (let at = 0; at < bytes.length; ) {
        const most = bytes.subarray(at, at + PIECE_BYTES)
        const piece = at + most.length < bytes.length ? most.subarray(0, wholeCharacters(most)) : most
        take(piece)
        at += piece.length
      }
      const kept = tables === undefined ? {} : { tables: () => readFileSync(tables) }
      return { extract: { ...source, format, notes: () => readFileSync(notes), ...kept } }
    }
  }

  /** Keeps a file that was in another and is read as any file is. */
  file(source: SourceFile, bytes: Uint8Array): Feed {
    return takenFrom(source, fileFeed(this.#keep(bytes)))
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true })
  }

  #keep(bytes: Uint8Array): string {
    this.#kept += 1
    const path = join(this.#folder, `${this.#kept}`)
    writeFileSync(path, bytes, { mode: 0o600 })
    return path
  }
}

/** A feed of a file that was taken out of something else as it stands. */
export function takenFrom(source: SourceFile, feed: Feed): Feed {
  return (take) => {
    const outcome = feed(take)
    return isRefusal(outcome) ? outcome : { ...outcome, extract: source }
  }
}

/** The same feed, of a document of that day; undefined for one whose day is not known. */
export function ofDay(day: string | undefined, feed: Feed): Feed {
  return (take) => {
    const outcome = feed(take)
    if (isRefusal(outcome)) return outcome
    const { day: _, ...fed } = outcome
    return day === undefined ? fed : { ...fed, day }
  }
}

/** Titles and names are of the text, or beside it: secrets in them are overwritten as they are there. */
function notesOf({ title, outline, places }: ParsedDocument): Notes {
  return {
    ...(title === undefined ? {} : { title: maskedText(title) }),
    outline: outline.map((entry) => ({ ...entry, title: maskedText(entry.title) })),
    ...(places === undefined ? {} : { places: { ...places, names: maskedNames(places.names) } }),
  }
}

/** Names of sheets, parts and keys, of which there may be one for each record: they are looked through as one text of a line each. */
function maskedNames(names: readonly string[]): readonly string[] {
  const masked = maskedText(names.map((name) => name.replaceAll(/[\r\n]+/g, ' ')).join('\n')).split('\n')
  return names.length === 0 ? [] : masked
}
