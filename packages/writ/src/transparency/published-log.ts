import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { WritError } from '@writ/contract'
import { entriesPath, type LogCheckpoint, parseEntries, parseLogCheckpoint, tilesOf } from '@writ/evidence'

/** A log as it was published: its checkpoint and every statement under it. */
export interface PublishedLog {
  readonly checkpoint: LogCheckpoint
  statements(): Iterable<Uint8Array>
}

/** Opens a directory of static tiles. Throws `LOG_FAILED` for one that holds none, or when a bundle is missing. */
export function openPublished(directory: string): PublishedLog {
  const checkpoint = parsed('checkpoint', (bytes) => parseLogCheckpoint(bytes, 'checkpoint'))
  return { checkpoint, statements }

  function* statements(): Iterable<Uint8Array> {
    for (const tile of tilesOf(checkpoint.size)) {
      if (tile.level > 0) return
      const path = entriesPath(tile)
      yield* parsed(path, (bytes) => parseEntries(bytes, tile.width, path))
    }
  }

  function parsed<T>(name: string, parse: (bytes: Uint8Array) => T): T {
    try {
      return parse(readFileSync(join(directory, name)))
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause)
      throw new WritError('LOG_FAILED', `${join(directory, name)} is not what a published log has: ${why}`, {
        cause,
      })
    }
  }
}
