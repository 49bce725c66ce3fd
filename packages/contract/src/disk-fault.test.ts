import { expect, it } from 'vitest'
import { isDiskFailing, isDiskFull, orDiskFault, whyUnwritten } from './disk-fault.ts'
import { WritError } from './errors.ts'

const failed = (message: string, facts: object): Error => Object.assign(new Error(message), facts)

it.each([
  ['a file', failed('ENOSPC: no space left on device, write', { code: 'ENOSPC' }), true],
  ['a quota', failed('EDQUOT: quota exceeded', { code: 'EDQUOT' }), true],
  ['a database', failed('database or disk is full', { code: 'ERR_SQLITE_ERROR', errcode: 13 }), true],
  ['the index of its log', failed('disk I/O error', { code: 'ERR_SQLITE_ERROR', errcode: 4874 }), true],
  ['a disk that does not write', failed('disk I/O error', { code: 'ERR_SQLITE_ERROR', errcode: 778 }), false],
  ['a directory that is closed', failed('EACCES: permission denied', { code: 'EACCES' }), false],
])('says of %s whether there is no room for it', (_what, error, full) => {
  expect(isDiskFull(error)).toBe(full)
  expect(whyUnwritten(error)).toBe(
    full ? `there is no room left on its disk (${error.message})` : error.message,
  )
})

it('says what was said before once', () => {
  expect(whyUnwritten(new WritError('DISK_FULL', 'there is no room'))).toBe('there is no room')
  expect(whyUnwritten('nothing')).toBe('nothing')
})

it.each([
  ['a file', failed('EIO: i/o error, fsync', { code: 'EIO' }), true],
  ['a database', failed('disk I/O error', { code: 'ERR_SQLITE_ERROR', errcode: 778 }), true],
  ['a database without room', failed('disk I/O error', { code: 'ERR_SQLITE_ERROR', errcode: 4874 }), false],
  [
    'a database that is in use',
    failed('database is locked', { code: 'ERR_SQLITE_ERROR', errcode: 5 }),
    false,
  ],
  ['what was told already', new WritError('DISK_FULL', 'EIO'), false],
])('says of %s whether its disk fails', (_what, error, failing) => {
  expect(isDiskFailing(error)).toBe(failing)
  const told = { code: 'HOME_UNUSABLE', message: `the disk of /home fails: ${error.message}` }
  if (failing) expect(orDiskFault(error, '/home')).toMatchObject(told)
  else expect(orDiskFault(error, '/home')).not.toMatchObject(told)
})
