import type { OutlineEntry } from '@writ/contract'
import { type Heading, type HeadingFinder, LineSplitter } from './heading-lines.ts'
import { KeyHeadings } from './key-headings.ts'
import { MAX_OUTLINE_ENTRIES } from './limits.ts'
import { MarkdownHeadings } from './markdown-headings.ts'
import { PlainHeadings } from './plain-headings.ts'

/** Builds the outline of one document while its bytes go by. */
export class Outliner {
  readonly #kind: OutlineEntry['kind']
  readonly #finder: HeadingFinder | undefined
  readonly #lines: LineSplitter
  readonly #headings: Heading[] = []

  constructor(mediaType: string) {
    this.#kind = mediaType === 'text/markdown' ? 'heading' : 'section'
    this.#finder = finderFor(mediaType)
    this.#lines = new LineSplitter((line) => this.#keep(this.#finder?.line(line)))
  }

  /** The first heading so far, of documents whose headings are marked as such. */
  get firstHeading(): string | undefined {
    return this.#kind === 'heading' ? this.#headings[0]?.title : undefined
  }

  push(piece: Buffer): void {
    if (this.#finder !== undefined) this.#lines.push(piece)
  }

  /** The entries in order. A section ends where the next one of its depth or above begins. */
  end(bytes: number): OutlineEntry[] {
    this.#lines.end()
    this.#keep(this.#finder?.end())
    const entries: OutlineEntry[] = []
    const open: number[] = [] // ends of the sections around, innermost first, found from the back
    const depths: number[] = []
    for (const heading of this.#headings.toReversed()) {
      while (depths.length > 0 && (depths.at(-1) ?? 0) > heading.depth) {
        depths.pop()
        open.pop()
      }
      entries.push({ kind: this.#kind, ...heading, end: open.at(-1) ?? bytes })
      depths.push(heading.depth)
      open.push(heading.start)
    }
    return entries.reverse()
  }

  #keep(heading: Heading | undefined): void {
    if (heading !== undefined && this.#headings.length < MAX_OUTLINE_ENTRIES) this.#headings.push(heading)
  }
}

function finderFor(mediaType: string): HeadingFinder | undefined {
  if (mediaType === 'text/markdown') return new MarkdownHeadings()
  if (mediaType === 'application/yaml') return new KeyHeadings()
  return mediaType === 'text/plain' ? new PlainHeadings() : undefined
}
