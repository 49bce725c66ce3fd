import { defined } from '@writ/contract'
import { homeOf } from './home.ts'
import { inHome } from './in-home.ts'
import { printableLine } from './printable.ts'

export interface BackupFlags {
  readonly home?: string
  readonly keys?: boolean
  readonly json?: boolean
}

/** Copies the state of the home into a new directory, while runs go on. */
export async function makeBackup(target: string, flags: BackupFlags): Promise<number> {
  const options = { keys: flags.keys === true }
  const manifest = await inHome(flags, (writ) => writ.ledger.backUp(target, options))
  const keys = flags.keys === true ? 'with the keys of runs' : 'without keys'
  print(
    flags,
    manifest,
    `${manifest.files.length} files in ${target}, ${keys}; signing keys, evidence files (runs/) and documents (corpora) are not in a backup`,
  )
  return 0
}

export interface RestoreFlags {
  readonly home?: string
  readonly published?: string
  readonly json?: boolean
}

/** Puts a backup into a home that has no state yet. */
export async function restoreBackup(source: string, flags: RestoreFlags): Promise<number> {
  const { home } = homeOf(flags)
  const { published } = flags
  const manifest = await inHome(flags, (writ) => writ.ledger.restore(source, defined({ published })))
  print(
    flags,
    manifest,
    `${manifest.files.length} files in ${home}; it can be read. To run on it, put its signing keys back into ${home}/keys; to start anew, choose another home`,
  )
  return 0
}

function print(flags: { readonly json?: boolean }, manifest: object, text: string): void {
  process.stdout.write(flags.json === true ? `${JSON.stringify(manifest)}\n` : `${printableLine(text)}\n`)
}
