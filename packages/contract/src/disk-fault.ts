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

/** SQLITE_IOERR, whose detail is in the bits above. */
const DATABASE_UNREADABLE = 10

/** Whether a disk refused to write or to read although it has room. */
export function isDiskFailing(error: unknown): boolean {
  if (!(error instanceof Error) || isWritError(error) || isDiskFull(error)) return false
  const ofDatabase = 'errcode' in error ? Number(error.errcode) & 0xff : 0
  return ('code' in error && error.code === 'EIO') || ofDatabase === DATABASE_UNREADABLE
}

/** The error of a disk that is full or fails, with the directory that is on it; any other error as it is. */
export function orDiskFault(error: unknown, directory: string): unknown {
  if (error instanceof Error && isDiskFailing(error))
    return new WritError('HOME_UNUSABLE', `the disk of ${directory} fails: ${error.message}`, {
      cause: error,
    })
  if (!isDiskFull(error)) return error
  const message = `there is no room left on the disk of ${directory}; what was kept there before is as it was`
  return new WritError('DISK_FULL', message, { cause: error })
}

/** Why something could not be written, in words: a full disk first, since what it says of itself may be anything. */
export function whyUnwritten(error: unknown): string {
  const why = error instanceof Error ? error.message : String(error)
  return !isWritError(error) && isDiskFull(error) ? `there is no room left on its disk (${why})` : why
}
