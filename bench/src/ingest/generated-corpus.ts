import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Random } from '@writ/simulator'
import { type Kind, type Pieces, readPieces } from './sources.ts'

/** A corpus on disk. */
export interface GeneratedCorpus {
  readonly folder: string
  readonly bytes: number
  readonly files: readonly string[]
}

const ROOTS = [
  '/usr/share/doc',
  '/usr/share/perl',
  '/usr/share/common-licenses',
  '/usr/include',
  '/usr/lib/python3',
]

/** Kinds of files, how many of a hundred are of each, and the names they have. */
const MIX: readonly (readonly [number, Kind | 'table' | 'log', string])[] = [
  [30, 'prose', 'txt'],
  [25, 'markdown', 'md'],
  [13, 'code', 'ts'],
  [12, 'code', 'py'],
  [8, 'data', 'yaml'],
  [6, 'table', 'csv'],
  [6, 'log', 'log'],
]

/** Files of one directory. */
const TOGETHER = 100

const LONG_WORD = /[A-Za-z]{6,}/g

/**
 * Writes a corpus of mixed text: pieces of the documentation and sources of this machine in random order, with every eighth
 * long word put in the place of a made-up one. So no passage is there twice, and the vocabulary grows as that of real text does.
 */
export function generateCorpus(folder: string, bytes: number, modules: string): GeneratedCorpus {
  const pieces = readPieces([modules, ...ROOTS])
  const files: string[] = []
  let written = 0
  for (let n = 0; written < bytes; n += 1) {
    const { name, text } = new Writer(pieces, n).document(n)
    const directory = join(folder, `part-${Math.floor(n / TOGETHER)}`)
    if (n % TOGETHER === 0) mkdirSync(directory, { recursive: true })
    writeFileSync(join(directory, name), text)
    files.push(join(directory, name))
    written += Buffer.byteLength(text)
  }
  return { folder, bytes: written, files }
}

/** Queries of one to four words: made-up ones, rare and frequent, and what people look for in documentation. */
export function someQueries(count: number): string[] {
  const plain =
    'release notes configure permission denied memory leak deprecated function licence timeout'.split(' ')
  const draw = new Random('queries')
  return Array.from({ length: count }, () =>
    Array.from({ length: 1 + draw.below(4) }, () =>
      draw.unit() < 0.7 ? madeUp(rank(draw)) : draw.pick(plain),
    ).join(' '),
  )
}

/** Writes one document, which its number decides. */
class Writer {
  readonly #pieces: Pieces
  readonly #draw: Random

  constructor(pieces: Pieces, n: number) {
    this.#pieces = pieces
    this.#draw = new Random(`document ${n}`)
  }

  document(n: number): { readonly name: string; readonly text: string } {
    const [, kind, extension] = MIX[this.#draw.weighted(MIX.map(([weight]) => weight))] ?? [1, 'prose', 'txt']
    // Most files have a few kilobytes, some have megabytes.
    const size = Math.min(4_000_000, Math.round(2000 * Math.exp(2.2 * Math.abs(this.#draw.normal()))))
    const name = `${this.#word()}-${n}.${extension}`
    if (kind === 'table') return { name, text: this.#lines('id,name,city,amount,date', size, this.#row) }
    if (kind === 'log') return { name, text: this.#lines('# log', size, this.#logLine) }
    return { name, text: this.#mixed(this.#pieces[kind], kind, size) }
  }

  #mixed(pieces: readonly string[], kind: Kind, size: number): string {
    const parts: string[] = []
    for (let length = 0; length < size; ) {
      const heading =
        kind === 'markdown' && this.#draw.unit() < 0.1 ? `## ${this.#word()} ${this.#word()}\n\n` : ''
      const part = heading + this.#changed(this.#draw.pick(pieces))
      parts.push(part)
      length += part.length + 2
    }
    return parts.join(kind === 'prose' || kind === 'markdown' ? '\n\n' : '\n')
  }

  #changed(piece: string): string {
    let seen = 0
    return piece.replace(LONG_WORD, (word) => {
      seen += 1
      return seen % 8 === 0 ? this.#word() : word
    })
  }

  #lines(first: string, size: number, line: (at: number) => string): string {
    const lines = [first]
    for (let length = 0, at = 1; length < size; at += 1) {
      const next = line(at)
      lines.push(next)
      length += next.length + 1
    }
    return lines.join('\n')
  }

  readonly #row = (at: number): string => {
    const amount = this.#draw.below(1_000_000) / 100
    return `${at},${this.#word()},${this.#word()},${amount},2024-0${1 + this.#draw.below(9)}-1${this.#draw.below(10)}`
  }

  readonly #logLine = (at: number): string => {
    const time = new Date(1_700_000_000_000 + at * 17_000).toISOString()
    const level = this.#draw.unit() < 0.1 ? 'WARN' : 'INFO'
    return `${time} ${level} ${this.#word()}: request ${this.#draw.below(1e9)} of ${this.#word()} took ${this.#draw.below(900)} ms`
  }

  #word(): string {
    return madeUp(rank(this.#draw))
  }
}

/** A rank of about 200,000, low ones often. */
function rank(draw: Random): number {
  return Math.floor(Math.exp(draw.unit() * Math.log(200_000)))
}

const SYLLABLES = 'ba ke li mo nu ra se ti vo zu da fe gi ho pu ka le mi no ru'.split(' ')

/** The word of a rank. */
function madeUp(rankOfWord: number): string {
  let word = ''
  for (let left = rankOfWord + 400; left > 0; left = Math.floor(left / SYLLABLES.length))
    word += SYLLABLES[left % SYLLABLES.length]
  return word
}
