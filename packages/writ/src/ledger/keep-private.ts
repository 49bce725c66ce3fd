import { chmodSync, closeSync, fsyncSync, openSync } from 'node:fs'

/** Makes a file that was copied its owner's only, whatever the original allowed, and puts it on disk. */
export function keepPrivate(path: string): void {
  chmodSync(path, 0o600)
  const file = openSync(path, 'r')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}
