import { copyFile, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** What is done to the write-ahead log of the ledger once its process is gone. */
export const DAMAGES = ['cut off', 'bit flipped', 'zeroed', 'older copy', 'deleted'] as const

/** One damage, and where in the log: a fraction of its length, or of the copies taken of it. */
export interface Damage {
  readonly kind: (typeof DAMAGES)[number]
  readonly at: number
}

/** The one shard of a home whose runs follow each other. */
export const SHARD = 'shard-0001'

const COPY_EVERY_MS = 25

export const logOf = (home: string): string => join(home, 'ledger', `${SHARD}.db-wal`)

/** Keeps copies of a log while a process writes it. */
export class LogCopies {
  readonly #home: string
  readonly #place: string
  readonly #copies: string[] = []
  #timer: NodeJS.Timeout | undefined

  constructor(home: string, place: string) {
    this.#home = home
    this.#place = place
  }

  begin(): void {
    this.#timer = setInterval(() => void this.#copy(), COPY_EVERY_MS)
  }

  end(): void {
    clearInterval(this.#timer)
  }

  /** Path of the copy at a fraction of all; undefined when there is none. */
  at(fraction: number): string | undefined {
    return this.#copies[Math.floor(fraction * this.#copies.length)]
  }

  async #copy(): Promise<void> {
    const path = join(this.#place, `wal-${this.#copies.length}`)
    // There is none before the ledger is opened.
    await copyFile(logOf(this.#home), path).then(
      () => this.#copies.push(path),
      () => undefined,
    )
  }
}

/** Damages the log of a home; says whether there was one that could be. */
export async function damageLog(home: string, { kind, at }: Damage, copies: LogCopies): Promise<boolean> {
  const path = logOf(home)
  const bytes = await readFile(path).catch(() => Buffer.alloc(0))
  if (bytes.length === 0) return false
  const place = Math.floor(at * bytes.length)
  switch (kind) {
    case 'cut off':
      await truncate(path, place)
      return true
    case 'bit flipped':
      bytes[place] = (bytes[place] ?? 0) ^ 16
      await writeFile(path, bytes)
      return true
    case 'zeroed':
      await writeFile(path, bytes.fill(0, place))
      return true
    case 'older copy': {
      const copy = copies.at(at)
      if (copy === undefined) return false
      await copyFile(copy, path)
      return true
    }
    case 'deleted':
      await rm(path)
      return true
  }
}
