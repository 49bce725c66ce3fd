import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { WritError } from '@writ/contract'
import { syncDirectory } from '../disk/durable-file.ts'
import { type BackupManifest, backupManifest, digest } from './backup-manifest.ts'
import { prepareHome } from './home.ts'
import { keepPrivate } from './keep-private.ts'
import { TRUST_FILE } from './trust-path.ts'

/**
 * Puts a backup into a home that has no state yet. Every file is compared with the manifest before anything is written.
 * `published`: a file with the last checkpoint anyone has seen; a backup that is behind it is refused.
 *
 * The signing keys are in no backup, and the trust root that is pins them: until their keeper puts them back, the home can
 * be read and refuses new runs (`KEY_UNAVAILABLE`). So a copy cannot sign another history by being restored.
 * Throws `PATH_NOT_FOUND`, `BACKUP_DAMAGED`, `BACKUP_BEHIND`, `TARGET_EXISTS`.
 */
export async function restore(
  source: string,
  home: string,
  options: { readonly published?: string } = {},
): Promise<BackupManifest> {
  const [from, to] = [resolve(source), resolve(home)]
  const manifest = readManifest(from)
  for (const { name, size, sha256 } of manifest.files) {
    const path = join(from, name)
    const found = existsSync(path) ? digest(path) : undefined
    if (found?.size !== size || found.sha256 !== sha256) {
      throw new WritError('BACKUP_DAMAGED', `${path} is not the file its manifest names`)
    }
  }
  requireAhead(from, options.published)
  requireAhead(from, existing(join(to, 'log', 'checkpoint')))
  const state = stateOf(to)
  if (state !== undefined)
    throw new WritError('TARGET_EXISTS', `${to} has ${state}; a restore never overwrites`)
  prepareHome(to)
  for (const { name } of manifest.files) {
    const at = join(to, name)
    mkdirSync(dirname(at), { recursive: true, mode: 0o700 })
    copyFileSync(join(from, name), at)
    keepPrivate(at)
    syncDirectory(dirname(at))
  }
  return manifest
}

function readManifest(from: string): BackupManifest {
  const path = join(from, 'manifest.json')
  if (!existsSync(path))
    throw new WritError('PATH_NOT_FOUND', `${path} is not there: no backup, or an unfinished one`)
  try {
    return backupManifest.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch (cause) {
    throw new WritError('BACKUP_DAMAGED', `${path} is no manifest of a backup`, { cause })
  }
}

/** What a home already has that a restore would put there. */
function stateOf(home: string): string | undefined {
  const names = [TRUST_FILE, 'log', 'ledger', 'heads', 'keys/runs', 'holds', 'retention', 'erasures']
  return names.find((name) => {
    const path = join(home, name)
    return existsSync(path) && (name === TRUST_FILE || readdirSync(path).length > 0)
  })
}

function requireAhead(from: string, published: string | undefined): void {
  if (published === undefined) return
  const [seen, own] = [sizeOf(published), existing(join(from, 'log', 'checkpoint'))]
  const held = own === undefined ? 0 : sizeOf(own)
  if (held >= seen) return
  throw new WritError(
    'BACKUP_BEHIND',
    `the log of ${from} ends at size ${held}, but a checkpoint of size ${seen} was published (${published})`,
  )
}

/** The second line of a checkpoint (C2SP tlog-checkpoint). */
function sizeOf(path: string): number {
  if (!existsSync(path)) throw new WritError('PATH_NOT_FOUND', `${path} is not there`)
  const line = readFileSync(path, 'utf8').split('\n')[1] ?? ''
  if (!/^(0|[1-9]\d{0,15})$/.test(line)) throw new WritError('BACKUP_DAMAGED', `${path} is no checkpoint`)
  return Number(line)
}

function existing(path: string): string | undefined {
  return existsSync(path) ? path : undefined
}
