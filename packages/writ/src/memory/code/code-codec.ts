import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'
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
const MOST_BYTES: number = 256 * 1024 ** 2

const ROOTS = ['own', 'super', 'import', 'free', 'value'] as const

type Row = readonly unknown[]

const NOT_FACTS = 'this is no structure of source'

/** The structure of a file, packed: a quarter of what its JSON takes, and a tenth of its text. */
export function packFacts(facts: CodeFacts): Buffer {
  const names = new Map<string, number>()
  const name = (text: string): number => {
    const n = names.get(text) ?? names.size
    names.set(text, n)
    return n
  }
  const reach = (value: CodeReach | null): Row | 0 =>
    value === null
      ? 0
      : [ROOTS.indexOf(value.root), value.n, value.loose ? 1 : 0, ...value.path.map((step) => name(step))]
  const steps = new Steps()
  const rows = [
    [facts.definitionsOnly, facts.partly],
    facts.definitions.map((one) => [
      name(one.name),
      SYMBOL_KINDS.indexOf(one.kind),
      steps.from(one.start),
      one.end - one.start,
      one.start - one.from,
      one.to - one.end,
      one.container ?? -1,
      (one.local ? 1 : 0) + (one.fixed ? 2 : 0) + (one.loose ? 4 : 0),
      reach(one.value),
      ...one.bases.map(reach),
    ]),
    facts.uses.map((one) => [
      USE_KINDS.indexOf(one.kind),
      steps.from(one.start),
      one.end - one.start,
      one.within ?? -1,
      one.inFunction ? 1 : 0,
      reach(one.reach),
    ]),
    facts.imports.map((one) => [name(one.source), name(one.name), one.common ? 1 : 0]),
    facts.exports.map((one) => [name(one.name), reach(one.reach)]),
  ]
  return zstdCompressSync(JSON.stringify([[...names.keys()], ...rows]))
}

/** Undoes `packFacts`. Throws where the bytes are not what it gives. */
export function unpackFacts(bytes: Uint8Array): CodeFacts {
  const json = zstdDecompressSync(bytes, { maxOutputLength: MOST_BYTES }).toString()
  const [names, flags, definitions, uses, imports, exports] = JSON.parse(json) as Row[]
  const name = (n: unknown): string => textOf(names?.[n as number])
  const steps = new Steps()
  const reach = (value: unknown): CodeReach => {
    const [root, n, loose, ...path] = value as Row
    return { root: one(ROOTS, root), n: whole(n), path: path.map(name), loose: loose === 1 }
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
        kind: one(SYMBOL_KINDS, row[1]),
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
        kind: one(USE_KINDS, row[0]),
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

  from(place: number): number {
    const step = place - this.#last
    this.#last = place
    return step
  }

  to(step: unknown): number {
    this.#last += whole(step)
    return whole(this.#last)
  }
}

function textOf(value: unknown): string {
  if (typeof value !== 'string') throw new Error(NOT_FACTS)
  return value
}

function flag(value: unknown): boolean {
  if (typeof value !== 'boolean') throw new Error(NOT_FACTS)
  return value
}

function whole(value: unknown): number {
  if (!Number.isSafeInteger(value)) throw new Error(NOT_FACTS)
  return value as number
}

function one<T>(list: readonly T[], n: unknown): T {
  const found = list[n as number]
  if (found === undefined) throw new Error(NOT_FACTS)
  return found
}
