import { expect, it } from 'vitest'
import { WritError } from './errors.ts'
import { isDiskFull, whyUnwritten } from './full-disk.ts'

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
