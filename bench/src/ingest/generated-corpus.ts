import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Kind, type Pieces, readPieces } from './sources.ts'

/** A corpus on disk. */
export interface GeneratedCorpus {
  readonly folder: string
  readonly bytes: number
  readonly files: readonly string[]
  /** Words that stand in it, some in one document and some in thousands. */
  readonly words: readonly string[]
}

const ROOTS = [
  '/usr/share/doc',
  '/usr/share/perl',
  '/usr/share/common-licenses',
  '/usr/include',
  '/usr/lib/python3',
]

/** Parts of the files that are made of each kind of text, with the names such files have. */
const MIX: readonly (readonly [number, Kind | 'table' | 'log', string])[] = [
  [0.3, 'prose', 'txt'],
  [0.55, 'markdown', 'md'],
  [0.68, 'code', 'ts'],
  [0.8, 'code', 'py'],
  [0.88, 'data', 'yaml'],
  [0.94, 'table', 'csv'],
  [1, 'log', 'log'],
]

const WORD = /[A-Za-z]{6,}/g

/**
 * Writes a corpus of mixed text: pieces of the documentation and sources of this machine in random order, with every
 * eighth long word put in the place of a made-up one, so that no passage is there twice and the vocabulary grows as that of real text does.
 */
export function generateCorpus(folder: string, bytes: number, modules: string): GeneratedCorpus {
  const maker = new Maker(readPieces([modules, ...ROOTS]))
  const files: string[] = []
  let written = 0
  for (let n = 0; written < bytes; n += 1) {
    const { name, text } = maker.document(n)
    if (n % 100 === 0) mkdirSync(join(folder, `part-${Math.floor(n / 100)}`), { recursive: true })
    const file = join(folder, `part-${Math.floor(n / 100)}`, name)
    writeFileSync(file, text)
    files.push(file)
    written += Buffer.byteLength(text)
  }
  return { folder, bytes: written, files, words: maker.words() }
}

/** Makes documents, each from its number alone. */
export class Maker {
  readonly #pieces: Pieces
  #random: () => number = seeded(0)

  constructor(pieces: Pieces) {
    this.#pieces = pieces
  }

  document(n: number, version = 0): { readonly name: string; readonly text: string } {
    this.#random = seeded(n * 7919 + version + 1)
    const draw = this.#random()
    const [, kind, extension] = MIX.find(([below]) => draw < below) ?? [1, 'prose', 'txt']
    // Most files have a few kilobytes, some have megabytes.
    const size = Math.min(4_000_000, Math.round(2000 * Math.exp(2.2 * Math.abs(this.#normal()))))
    const name = `${madeUp(this.#zipf())}-${n}.${extension}`
    if (kind === 'table') return { name, text: this.#table(size) }
    if (kind === 'log') return { name, text: this.#log(size) }
    return { name, text: this.#mixed(this.#pieces[kind], kind, size) }
  }

  /** Words for queries, from frequent to rare. */
  words(): string[] {
    this.#random = seeded(4711)
    return Array.from({ length: 100 }, () => madeUp(this.#zipf()))
  }

  #mixed(pieces: readonly string[], kind: Kind, size: number): string {
    const parts: string[] = []
    for (let length = 0; length < size; ) {
      const piece = pieces[Math.floor(this.#random() * pieces.length)] ?? 'nothing is here'
      let seen = 0
      const changed = piece.replace(WORD, (word) => ((seen += 1) % 8 === 0 ? madeUp(this.#zipf()) : word))
      const headed =
        kind === 'markdown' && this.#random() < 0.1
          ? `## ${madeUp(this.#zipf())} ${madeUp(this.#zipf())}\n\n`
          : ''
      parts.push(headed + changed)
      length += headed.length + changed.length + 2
    }
    return parts.join(kind === 'prose' || kind === 'markdown' ? '\n\n' : '\n')
  }

  #table(size: number): string {
    const lines = ['id,name,city,amount,date']
    for (let length = 0, id = 1; length < size; id += 1) {
      const line = `${id},${madeUp(this.#zipf())},${madeUp(this.#zipf())},${Math.floor(this.#random() * 1e6) / 100},2024-0${1 + Math.floor(this.#random() * 9)}-1${Math.floor(this.#random() * 10)}`
      lines.push(line)
      length += line.length + 1
    }
    return lines.join('\n')
  }

  #log(size: number): string {
    const lines: string[] = []
    for (let length = 0, second = 0; length < size; second += Math.ceil(this.#random() * 30)) {
      const at = new Date(1_700_000_000_000 + second * 1000).toISOString()
      const line = `${at} ${this.#random() < 0.1 ? 'WARN' : 'INFO'} ${madeUp(this.#zipf())}: request ${Math.floor(this.#random() * 1e9)} of ${madeUp(this.#zipf())} took ${Math.floor(this.#random() * 900)} ms`
      lines.push(line)
      length += line.length + 1
    }
    return lines.join('\n')
  }

  /** A rank of about 200,000, low ones often. */
  #zipf(): number {
    return Math.floor(Math.exp(this.#random() * Math.log(200_000)))
  }

  #normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.#random())) * Math.cos(2 * Math.PI * this.#random())
  }
}

const SYLLABLES = 'ba ke li mo nu ra se ti vo zu da fe gi ho pu ka le mi no ru'.split(' ')

/** The word of a rank. */
function madeUp(rank: number): string {
  let word = ''
  for (let left = rank + 400; left > 0; left = Math.floor(left / 20)) word += SYLLABLES[left % 20]
  return word
}

/** Numbers in [0, 1) that a seed decides (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
