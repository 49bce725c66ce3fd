import { existsSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { WritError } from '@writ/contract'
import {
  entriesPath,
  formatEntries,
  parseLogCheckpoint,
  TILE_WIDTH,
  tileBytes,
  tilePath,
  tilesOf,
  treeRoot,
} from '@writ/evidence'
import { replaceFile } from '../disk/durable-file.ts'
import type { LogReading } from './open-transparency-log.ts'
import { PublishedCheckpoint } from './published.ts'

/**
 * Writes a log as the static files of C2SP tlog-tiles: `tile/…`, `tile/entries/…`, and `checkpoint` last, so that whoever
 * reads it finds every tile it needs. Tiles that are there stay: they never change, so what was published there before has to be
 * the beginning of this log. Gives the size published. Throws `LOG_FAILED`, `LOG_ROLLED_BACK`, `LOG_FORKED`.
 */
export function publishTiles(log: LogReading, directory: string): number {
  const note = log.checkpoint()
  if (note === undefined) throw new WritError('LOG_FAILED', 'The log is empty: there is nothing to publish.')
  const { size } = parseLogCheckpoint(note, 'checkpoint')
  new PublishedCheckpoint(join(directory, 'checkpoint')).check({
    origin: log.origin,
    size,
    root: (first) => treeRoot((height, index) => log.node(height, index), first),
  })
  try {
    for (const tile of tilesOf(size)) {
      writeNew(join(directory, tilePath(tile)), () =>
        tileBytes(tile, (height, index) => log.node(height, index)),
      )
      if (tile.level > 0) continue
      const leaves = (): Uint8Array => {
        return formatEntries(log.entries(tile.index * TILE_WIDTH).slice(0, tile.width))
      }
      writeNew(join(directory, entriesPath(tile)), leaves)
    }
    replaceFile(join(directory, 'checkpoint'), note, 0o644)
  } catch (cause) {
    if (cause instanceof WritError) throw cause
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new WritError('LOG_FAILED', `The log cannot be published to ${directory}: ${why}`, { cause })
  }
  return size
}

function writeNew(path: string, bytes: () => Uint8Array): void {
  if (existsSync(path)) return
  mkdirSync(dirname(path), { recursive: true })
  replaceFile(path, bytes(), 0o644)
}
