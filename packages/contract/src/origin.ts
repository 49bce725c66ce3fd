/** A rectangle on a page in whole points: its lower left corner from that of the page, its width and its height. */
export type Box = readonly [x: number, y: number, width: number, height: number]

/** Where in its original a stretch of an extracted text stands, as a reader would look for it. */
export type Place =
  | { readonly kind: 'page'; readonly page: number; readonly lastPage?: number; readonly box?: Box }
  | {
      readonly kind: 'paragraph'
      /** Paragraphs, list items and rows of tables count from 1. */
      readonly paragraph: number
      readonly lastParagraph?: number
      readonly heading?: string
    }
  /** Cells as a spreadsheet names them; `to` is absent for a single one, and both for the sheet itself. */
  | { readonly kind: 'cells'; readonly sheet: string; readonly from?: string; readonly to?: string }
  /** A part of a message: `headers`, `body`. */
  | { readonly kind: 'part'; readonly part: string }
  /** Records of a table by their keys, as `id = 7`; both are absent for the table itself. */
  | {
      readonly kind: 'record'
      readonly table: string
      readonly record?: string
      readonly lastRecord?: string
    }

/** The file on disk that a document was taken out of, and where in it a stretch of its text stands. */
export type Origin = {
  /** The document id of the file; that of the document itself unless it was within a container. */
  readonly file: string
  /** SHA-256 (hex) of the file as it was read. */
  readonly sha256: string
  readonly place?: Place
}

/** A place in words: `page 3`, `sheet Costs, cells B7 to D7`, `paragraph 12 under “Liability”`. */
export function placeInWords(place: Place): string {
  switch (place.kind) {
    case 'page':
      return range('page', place.page, place.lastPage)
    case 'paragraph': {
      const under = place.heading === undefined ? '' : ` under “${place.heading}”`
      return `${range('paragraph', place.paragraph, place.lastParagraph)}${under}`
    }
    case 'cells':
      return place.from === undefined
        ? `sheet ${place.sheet}`
        : `sheet ${place.sheet}, ${range('cell', place.from, place.to)}`
    case 'part':
      return place.part
    case 'record':
      return place.record === undefined
        ? `table ${place.table}`
        : `table ${place.table}, ${range('record', place.record, place.lastRecord)}`
  }
}

function range(what: string, first: number | string, last: number | string | undefined): string {
  return last === undefined ? `${what} ${first}` : `${what}s ${first} to ${last}`
}
