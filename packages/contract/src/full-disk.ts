import { isWritError, WritError } from './errors.ts'

/** What a file system says where there is no room, or where this user may take none. */
const FULL: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT'])

/** SQLITE_FULL, and SQLITE_IOERR_SHMSIZE: the memory that connections share finds no room in its file. */
const DATABASE_FULL: ReadonlySet<unknown> = new Set([13, 4874])

/** Whether something could not be written as there is no room for it. */
export function isDiskFull(error: unknown): boolean {
  if (isWritError(error)) return error.code === 'DISK_FULL'
  if (!(error instanceof Error)) return false
  return ('code' in error && FULL.has(error.code)) || ('errcode' in error && DATABASE_FULL.has(error.errcode))
}

/** The error of a full disk, with the directory that is on it; any other error as it is. */
export function orDiskFull(error: unknown, directory: string): unknown {
  if (!isDiskFull(error)) return error
  const message = `there is no room left on the disk of ${directory}; what was kept there before is as it was`
  return new WritError('DISK_FULL', message, { cause: error })
}

/** Why something could not be written, in words: a full disk first, since what it says of itself may be anything. */
export function whyUnwritten(error: unknown): string {
  const why = error instanceof Error ? error.message : String(error)
  return !isWritError(error) && isDiskFull(error) ? `there is no room left on its disk (${why})` : why
}
