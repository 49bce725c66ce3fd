import { statSync } from 'node:fs'

/** Where bubblewrap is looked for. A search path may name a directory that others can write to. */
const PLACES = ['/usr/bin/bwrap', '/usr/local/bin/bwrap', '/run/current-system/sw/bin/bwrap']

/** Bubblewrap's path where the system's administrator has installed it; else what is missing. */
export function findBubblewrap(): { readonly path: string } | { readonly lack: string } {
  if (process.platform !== 'linux') return { lack: `there is no bubblewrap for ${process.platform}` }
  const path = PLACES.find(isOfAdministrator)
  return path === undefined ? { lack: 'bubblewrap is not installed' } : { path }
}

/** Whether nobody but the system's administrator can have put a program there. */
function isOfAdministrator(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false })
  return found?.isFile() === true && found.uid === 0 && (found.mode & 0o022) === 0
}
