import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, it } from 'vitest'
import { dropWheels } from './drop-wheels.ts'
import { areStillKept, installedWheels, recordedWheels } from './wheels.ts'

const FILE = 'tinypack-1-py3-none-any.whl'
const SHA256 = createHash('sha256').update('bytes').digest('hex')
const packages = [{ name: 'tinypack', version: '1', imports: ['tinypack'], file: FILE, sha256: SHA256 }]
const MISSING = expect.objectContaining({ code: 'PYTHON_PACKAGE_MISSING' })

let directory: string
let kept: string

beforeEach(() => {
  const place = mkdtempSync(join(tmpdir(), 'writ-wheels-'))
  directory = join(place, 'mine')
  kept = join(place, 'kept')
  mkdirSync(directory)
})

/** What a file in the directory that is no wheel is refused with. */
const refusal = (why: RegExp): unknown =>
  expect.objectContaining({ code: 'PYTHON_PACKAGE_REFUSED', message: expect.stringMatching(why) })

it.each<readonly [string, (path: string) => void, RegExp]>([
  ['a directory', (path) => mkdirSync(path), /it is no file/],
  ['a pipe that nobody writes', (path) => execFileSync('mkfifo', [path]), /it is no file/],
  ['a link to itself', (path) => symlinkSync(path, path), /ELOOP/],
  ['a link to nothing', (path) => symlinkSync('nothing', path), /ENOENT/],
  ['a device', (path) => symlinkSync('/dev/zero', path), /it is no file/],
  [
    'a file that is too large',
    (path) => {
      writeFileSync(path, '')
      truncateSync(path, 2 ** 40)
    },
    /it is larger/,
  ],
])('%s is refused by name, and nothing is kept of it', (_what, put, why) => {
  const path = join(directory, FILE)
  put(path)
  expect(() => installedWheels({ directory, kept })).toThrow(refusal(why))
  expect(() => installedWheels({ directory, kept })).toThrow(refusal(/tinypack-1-py3-none-any\.whl/))
  expect(() => readdirSync(kept)).toThrow('ENOENT')
  expect(() => recordedWheels(packages, { directory, kept })).toThrow(MISSING)
})

it('a name that is none, and more wheels than there may be, are refused', () => {
  writeFileSync(join(directory, 'a b.whl'), 'x')
  expect(() => installedWheels({ directory, kept })).toThrow(refusal(/"a b\.whl" is refused: its name/))
  for (let at = 0; at < 201; at += 1) writeFileSync(join(directory, `p${at}-1-py3-none-any.whl`), 'x')
  expect(() => installedWheels({ directory, kept })).toThrow(refusal(/more than 200 wheels/))
  expect(() => installedWheels({ directory: join(directory, 'none'), kept })).toThrow(refusal(/ENOENT/))
})

it('those of a run are taken where they are kept, else where they are installed, and for no other bytes', () => {
  writeFileSync(join(directory, FILE), 'bytes')
  const path = join(kept, SHA256, FILE)
  expect(installedWheels({ directory, kept })).toEqual([{ file: FILE, sha256: SHA256, path }])
  expect(readdirSync(join(kept, SHA256))).toEqual([FILE])

  writeFileSync(path, 'byte$')
  expect(recordedWheels(packages, { directory, kept })).toEqual([{ file: FILE, sha256: SHA256, path }])
  expect(readFileSync(path, 'utf8')).toBe('bytes')

  writeFileSync(join(directory, FILE), 'others')
  expect(recordedWheels(packages, { kept })).toHaveLength(1)
  writeFileSync(path, 'byte$')
  expect(() => recordedWheels(packages, { directory, kept })).toThrow(MISSING)
  expect(() => recordedWheels(packages, {})).toThrow(MISSING)
})

it('one that no run names goes, once it was not used for an hour', () => {
  writeFileSync(join(directory, FILE), 'bytes')
  const wheels = installedWheels({ directory, kept })
  const age = (): void => {
    for (const path of [join(kept, SHA256), join(kept, SHA256, FILE)]) utimesSync(path, 1, 1)
  }
  const drop = (...named: readonly string[]): readonly string[] => {
    dropWheels(kept, new Set(named))
    return readdirSync(kept)
  }
  expect(drop()).toEqual([SHA256])
  for (const use of [
    () => installedWheels({ directory, kept }),
    () => recordedWheels(packages, { kept }),
    () => areStillKept(wheels),
  ]) {
    age()
    use()
    expect(drop()).toEqual([SHA256])
  }
  age()
  expect(drop(SHA256)).toEqual([SHA256])
  expect(drop('0'.repeat(64))).toEqual([])
  expect(areStillKept(wheels)).toBe(false)
  dropWheels(join(kept, 'none'), new Set())
})
