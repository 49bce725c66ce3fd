import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { prepareHome } from './home.ts'
import { openSigner } from './keys/signer.ts'
import { openLedger } from './ledger.ts'

let directory: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'writ-home-'))
})

afterEach(() => {
  rmSync(directory, { recursive: true })
})

const unusable = expect.objectContaining({ code: 'HOME_UNUSABLE' })

test('a new home has private directories and is ignored by git', () => {
  const home = prepareHome(join(directory, 'a', '.writ'))
  for (const path of [home.root, home.ledger, home.heads, home.keys, home.runKeys]) {
    expect(statSync(path).mode & 0o777).toBe(0o700)
  }
  expect(readFileSync(join(home.root, '.gitignore'), 'utf8')).toBe('*\n')
})

test('a .gitignore that is there stays as it is', () => {
  writeFileSync(join(directory, '.gitignore'), 'mine\n')
  prepareHome(directory)
  expect(readFileSync(join(directory, '.gitignore'), 'utf8')).toBe('mine\n')
})

test.each<[string, (home: string) => void]>([
  ['a file in its place', (home) => writeFileSync(home, '')],
  ['a file above it', (home) => writeFileSync(join(home, '..', 'above'), '')],
  ['a file where the ledger goes', (home) => fileAt(home, 'ledger')],
  ['a file where the keys go', (home) => fileAt(home, 'keys')],
])('a home with %s is unusable, for ledger and signer alike', async (name, arrange) => {
  const home = join(directory, 'home')
  arrange(home)
  const given = name === 'a file above it' ? join(directory, 'above', 'home') : home
  expect(() => prepareHome(given)).toThrow(unusable)
  await expect(openLedger(given)).rejects.toEqual(unusable)
  await expect(openSigner(given)).rejects.toEqual(unusable)
})

test('a home without a name, or where nothing can be made, is unusable', () => {
  expect(() => prepareHome('')).toThrow(unusable)
  expect(() => prepareHome('/proc/self/home')).toThrow(unusable)
})

function fileAt(home: string, name: string): void {
  mkdirSync(home)
  writeFileSync(join(home, name), '')
}
