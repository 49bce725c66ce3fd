import { copyFileSync, existsSync, mkdirSync, readdirSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { WritError } from '@writ/contract'
import { replaceFile, syncDirectory, writeOnce } from '../disk/durable-file.ts'
import { type BackupManifest, digest } from './backup-manifest.ts'
import { formatHeadFile, headPath, nameOf } from './head-file.ts'
import { lastRow } from './heads.ts'
import { prepareHome } from './home.ts'
import { keepPrivate } from './keep-private.ts'
import { openForReading, shardPaths } from './shard.ts'
import { asDamage } from './shard-health.ts'
import { TRUST_FILE } from './trust-path.ts'

/** Legal holds, retention classes, statements of erasures: small files, one a run. */
const BESIDE_RUNS = ['holds', 'retention', 'erasures']

/**
 * Copies the state of a home into a new directory while runs go on: the trust root, the global log, every shard with its head, what was
 * ordered of runs (holds, retention, erasures) and, with
 * `keys`, the keys of runs, without which their content cannot be read. The manifest is written last. Rejects with
 * `PATH_NOT_FOUND`, `TARGET_EXISTS`, `LEDGER_DAMAGED`.
 *
 * INVARIANT: the published checkpoint is copied before the log, and the log before the shards, so that what a copy vouches
 * for is in it.
 */
export async function backUp(
  home: string,
  target: string,
  options: { readonly keys: boolean },
): Promise<BackupManifest> {
  const root = resolve(home)
  if (!existsSync(join(root, 'ledger'))) throw new WritError('PATH_NOT_FOUND', `${root} holds no ledger`)
  const places = prepareHome(root)
  const to = resolve(target)
  makeNew(to)
  const names: string[] = []
  const copied = (name: string, copy: (from: string, to: string) => void): void => {
    const [from, at] = [join(root, name), join(to, name)]
    if (!existsSync(from)) return
    mkdirSync(dirname(at), { recursive: true, mode: 0o700 })
    copy(from, at)
    keepPrivate(at)
    names.push(name)
  }
  copied(TRUST_FILE, copyFileSync)
  copied('log/checkpoint', copyFileSync)
  copied('log/log.db', copyDatabase)
  for (const path of shardPaths(places.ledger).filter(isMade)) {
    const name = relative(root, path)
    copied(name, copyDatabase)
    copied(relative(root, headPath(path)), (_, at) => writeHeadOf(join(to, name), at))
  }
  for (const folder of BESIDE_RUNS) {
    const names = existsSync(join(root, folder)) ? readdirSync(join(root, folder)) : []
    for (const name of names.filter((one) => /\.(json|dsse)$/.test(one)))
      copied(`${folder}/${name}`, copyFileSync)
  }
  if (options.keys) {
    for (const name of readdirSync(places.runKeys).filter((one) => one.endsWith('.key'))) {
      copied(`keys/runs/${name}`, copyFileSync)
    }
  }
  const files = names.map((name) => ({ name, ...digest(join(to, name)) }))
  const manifest: BackupManifest = { schema: 'writ.backup/1', madeAt: new Date().toISOString(), files }
  for (const name of new Set(names.map((one) => dirname(join(to, one))))) syncDirectory(name)
  writeOnce(join(to, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`, 0o600)
  return manifest
}

/** Makes a directory that is not there or is empty. Throws `TARGET_EXISTS`. */
function makeNew(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o700 })
  if (readdirSync(path).length > 0) throw new WritError('TARGET_EXISTS', `${path} is not empty`)
}

/** A process may be making a shard right now, or have died while it did: nothing is in it. */
function isMade(path: string): boolean {
  const db = openForReading(path)
  db?.close()
  return db !== undefined
}

/** A consistent copy of what is committed now, without free pages: what was erased is not in it. */
function copyDatabase(from: string, to: string): void {
  const db = new DatabaseSync(from, { readOnly: true, timeout: 5_000 })
  try {
    db.prepare('VACUUM INTO ?').run(to)
  } catch (error) {
    throw asDamage(from, error)
  } finally {
    db.close()
  }
}

/** The head of a copied shard: what the copy holds, which may be less than the original by now. */
function writeHeadOf(copy: string, at: string): void {
  const db = new DatabaseSync(copy, { readOnly: true })
  try {
    const row = lastRow(db)
    if (row === undefined) throw new WritError('LEDGER_FAILED', `${copy} has no heads`)
    replaceFile(at, formatHeadFile(nameOf(copy), { ...row, run: '' }, undefined), 0o600)
  } finally {
    db.close()
  }
}
