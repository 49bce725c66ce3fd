import { type Dirent, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** What a text is made of, which decides the name of the files that are made of it. */
export type Kind = 'prose' | 'markdown' | 'code' | 'data'

/** Pieces of real text by kind: paragraphs of prose, runs of lines of code. */
export type Pieces = Readonly<Record<Kind, readonly string[]>>

const KINDS: readonly (readonly [RegExp, Kind])[] = [
  [/\.(md|markdown)$/i, 'markdown'],
  [/\.(js|mjs|cjs|ts|py|h|pm|c)$/i, 'code'],
  [/\.(json|ya?ml)$/i, 'data'],
  [/(\.(txt|rst|pod)|\/(copyright|README|NEWS|CHANGES|LICENSE))$/, 'prose'],
]

/** Bytes of pieces that are kept of each kind, and of one file. */
const MOST_OF_KIND = 24_000_000
const MOST_OF_FILE = 200_000

/** Reads what documentation and sources a machine has, in an order that its files decide. */
export function readPieces(roots: readonly string[]): Pieces {
  const pieces: Record<Kind, string[]> = { prose: [], markdown: [], code: [], data: [] }
  const sizes: Record<Kind, number> = { prose: 0, markdown: 0, code: 0, data: 0 }
  for (const path of roots.flatMap((root) => [...filesBelow(root)])) {
    const kind = KINDS.find(([names]) => names.test(path))?.[1]
    if (kind === undefined || sizes[kind] >= MOST_OF_KIND) continue
    const text = textOf(path)
    if (text === undefined) continue
    for (const piece of kind === 'code' || kind === 'data' ? runsOfLines(text) : paragraphs(text)) {
      pieces[kind].push(piece)
      sizes[kind] += piece.length
    }
  }
  return pieces
}

function* filesBelow(root: string): Generator<string> {
  for (const entry of list(root)) {
    const path = join(root, entry.name)
    if (entry.isDirectory()) yield* filesBelow(path)
    else if (entry.isFile()) yield path
  }
}

function list(directory: string): Dirent[] {
  try {
    return readdirSync(directory, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))
  } catch {
    return []
  }
}

function textOf(path: string): string | undefined {
  try {
    const { size } = statSync(path)
    if (size < 200 || size > 20 * MOST_OF_FILE) return undefined
    const bytes = readFileSync(path).subarray(0, MOST_OF_FILE)
    return bytes.includes(0) ? undefined : bytes.toString('latin1').replace(/[\x80-\xff]+/g, 'é')
  } catch {
    return undefined
  }
}

function paragraphs(text: string): string[] {
  return text.split(/\n\s*\n/).filter((piece) => piece.length > 80 && piece.length < 4000)
}

function runsOfLines(text: string): string[] {
  const lines = text.split('\n').filter((line) => line.length < 400)
  const runs: string[] = []
  for (let at = 0; at + 12 <= lines.length; at += 12) runs.push(lines.slice(at, at + 12).join('\n'))
  return runs
}
