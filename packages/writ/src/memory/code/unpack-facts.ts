import { zstdDecompressSync } from 'node:zlib'
import {
  type CodeDefinition,
  type CodeExport,
  type CodeFacts,
  type CodeImport,
  type CodeReach,
  type CodeUse,
  SYMBOL_KINDS,
  USE_KINDS,
} from '@writ/contract'

/** Most bytes that the structure of one file is unpacked to: a forged one may not fill the memory. */
const MOST_BYTES: number = 64 * 1024 ** 2

/** Longest name, and most members of a path: no parser tells of longer ones. */
const LONGEST_NAME = 10_000
const LONGEST_PATH = 20

const ROOTS = ['own', 'super', 'import', 'free', 'value'] as const

type Row = readonly unknown[]

const NOT_FACTS = 'this is no structure of source'

/** The structure that a parser packed with `packFacts`. Throws where the bytes are not what that gives. */
export function unpackFacts(bytes: Uint8Array): CodeFacts {
  const json = zstdDecompressSync(bytes, { maxOutputLength: MOST_BYTES }).toString()
  const [names, flags, definitions, uses, imports, exports] = JSON.parse(json) as Row[]
  for (const name of names as Row) checkName(name)
  const name = (n: unknown): string => textOf(names?.[n as number])
  const steps = new Steps()
  const reach = (value: unknown): CodeReach => {
    const [root, n, loose, ...path] = value as Row
    if (path.length > LONGEST_PATH) throw new Error(NOT_FACTS)
    return { root: one(ROOTS, name(root)), n: whole(n), path: path.map(name), loose: loose === 1 }
  }
  const maybe = (value: unknown): CodeReach | null => (value === 0 ? null : reach(value))
  return {
    definitionsOnly: flag(flags?.[0]),
    partly: flag(flags?.[1]),
    definitions: (definitions as Row[]).map((row): CodeDefinition => {
      const start = steps.to(row[2])
      const end = start + whole(row[3])
      return {
        name: name(row[0]),
        kind: one(SYMBOL_KINDS, name(row[1])),
        start,
        end,
        from: start - whole(row[4]),
        to: end + whole(row[5]),
        container: row[6] === -1 ? null : whole(row[6]),
        local: (whole(row[7]) & 1) === 1,
        fixed: (whole(row[7]) & 2) === 2,
        value: maybe(row[8]),
        bases: row.slice(9).map(reach),
        loose: (whole(row[7]) & 4) === 4,
      }
    }),
    uses: (uses as Row[]).map((row): CodeUse => {
      const start = steps.to(row[1])
      return {
        kind: one(USE_KINDS, name(row[0])),
        start,
        end: start + whole(row[2]),
        within: row[3] === -1 ? null : whole(row[3]),
        inFunction: row[4] === 1,
        reach: reach(row[5]),
      }
    }),
    imports: (imports as Row[]).map(
      (row): CodeImport => ({ source: name(row[0]), name: name(row[1]), common: row[2] === 1 }),
    ),
    exports: (exports as Row[]).map((row): CodeExport => ({ name: name(row[0]), reach: reach(row[1]) })),
  }
}

/** Places as their distance from the place before. */
class Steps {
  #last = 0

  to(step: unknown): number {
    this.#last += whole(step)
    return whole(this.#last)
  }
}

function textOf(value: unknown): string {
  if (typeof value !== 'string') throw new Error(NOT_FACTS)
  return value
}

function checkName(value: unknown): void {
  const name = textOf(value)
  if (name.length > LONGEST_NAME || name.includes('\0') || !name.isWellFormed()) throw new Error(NOT_FACTS)
}

function flag(value: unknown): boolean {
  if (typeof value !== 'boolean') throw new Error(NOT_FACTS)
  return value
}

function whole(value: unknown): number {
  if (!Number.isSafeInteger(value)) throw new Error(NOT_FACTS)
  return value as number
}

function one<T extends string>(list: readonly T[], word: string): T {
  const found = list.find((known) => known === word)
  if (found === undefined) throw new Error(NOT_FACTS)
  return found
}
