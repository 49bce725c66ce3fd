import type { CodeSymbol } from '@writ/contract'
import type { PackedDocument } from '../pack-layout.ts'
import type { PackSet } from '../pack-set.ts'
import { boundaryAfter, boundaryBefore } from '../utf8.ts'
import type { CodeGraph } from './code-graph.ts'
import type { SourceFile, Sym } from './code-symbols.ts'

/** Bytes of a line that a row shows at most, and those before a place in a longer one. */
const LINE_BYTES = 300
const BEFORE_BYTES = 80

/** Names that the name of a symbol is made of at most. */
const MOST_NAMES = 12

/** The pack of a document, and its place there. */
export type DocumentOf = (doc: string) => { readonly pack: PackSet; readonly doc: PackedDocument }

/** A line of source as it may be cited, with its number. */
export interface SourceLine {
  readonly line: number
  readonly start: number
  readonly end: number
  readonly text: string
}

/** Reads lines of source for rows. */
export class CodeRows {
  readonly #documentOf: DocumentOf
  readonly #texts = new Map<string, { readonly text: Buffer; readonly lines: Uint32Array }>()
  readonly #ids = new Map<Sym, string>()
  readonly #graph: CodeGraph

  constructor(graph: CodeGraph, documentOf: DocumentOf) {
    this.#graph = graph
    this.#documentOf = documentOf
    const taken = new Map<string, number>()
    for (const sym of graph.symbols) {
      const name = `${sym.file.doc}#${qualified(sym)}`
      taken.set(name, (taken.get(name) ?? 0) + 1)
      this.#ids.set(sym, name)
    }
    for (const [sym, name] of this.#ids)
      if ((taken.get(name) ?? 0) > 1)
        this.#ids.set(sym, `${name}@${this.#lineAt(sym.file.doc, sym.def.start)}`)
  }

  id(sym: Sym): string {
    return this.#ids.get(sym) ?? ''
  }

  symbol(sym: Sym): CodeSymbol {
    const { def, file } = sym
    const { pack, doc } = this.#documentOf(file.doc)
    return {
      id: this.id(sym),
      name: qualified(sym),
      kind: def.kind,
      doc: file.doc,
      ...this.at(file, def.start),
      body: [pack.fileOffset(doc, def.from), pack.fileOffset(doc, def.to)],
      exported: this.#graph.exportedAs(sym),
    }
  }

  /** The line at a place, or as much of it as is shown. */
  at({ doc: id }: SourceFile, place: number): SourceLine {
    const { text } = this.#text(id)
    const { pack, doc } = this.#documentOf(id)
    let start = text.lastIndexOf(10, place - 1) + 1
    const newline = text.indexOf(10, place)
    let end = newline === -1 ? text.length : newline
    while (start < place && (text[start] === 32 || text[start] === 9)) start += 1
    if (place - start > LINE_BYTES - BEFORE_BYTES) start = boundaryAfter(text, place - BEFORE_BYTES)
    if (end - start > LINE_BYTES) end = boundaryBefore(text, start + LINE_BYTES)
    while (end > start && (text[end - 1] ?? 0) <= 32) end -= 1
    const bytes = text.subarray(start, end)
    const span = pack.span(doc, start, end, bytes)
    return { line: this.#lineAt(id, place), start: span.start, end: span.end, text: bytes.toString() }
  }

  /** The text of a place, where it is short. */
  said({ doc }: SourceFile, start: number, end: number): string {
    const { text } = this.#text(doc)
    const from = boundaryAfter(text, start)
    const to = boundaryBefore(text, Math.min(end, from + LINE_BYTES))
    return text.toString('utf8', from, to).replaceAll(/\s+/g, ' ')
  }

  #lineAt(doc: string, place: number): number {
    const { lines } = this.#text(doc)
    let low = 0
    let high = lines.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((lines[middle] ?? 0) < place) low = middle + 1
      else high = middle
    }
    return low + 1
  }

  #text(id: string): { readonly text: Buffer; readonly lines: Uint32Array } {
    const known = this.#texts.get(id)
    if (known !== undefined) return known
    const { pack, doc } = this.#documentOf(id)
    const text = pack.text(doc, 0, doc.bytes)
    const lines: number[] = []
    for (let at = text.indexOf(10); at !== -1; at = text.indexOf(10, at + 1)) lines.push(at)
    const read = { text, lines: Uint32Array.from(lines) }
    this.#texts.set(id, read)
    return read
  }
}

/** A symbol's name with those it stands in. */
export function qualified({ def, file }: Sym): string {
  const names = [def.name]
  for (
    let at = def.container;
    at !== null && names.length < MOST_NAMES;
    at = file.facts.definitions[at]?.container ?? null
  )
    names.unshift(file.facts.definitions[at]?.name ?? '')
  return names.join('.')
}
