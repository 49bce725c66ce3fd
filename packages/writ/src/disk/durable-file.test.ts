import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { replaceFile, writeOnce } from './durable-file.ts'

let place: string

beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'writ-durable-'))
})

afterEach(() => {
  rmSync(place, { recursive: true })
})

const read = (): Record<string, string> =>
  Object.fromEntries(readdirSync(place).map((name) => [name, readFileSync(join(place, name), 'utf8')]))

test('the first to write a file wins, and what replaces it is there whole, without a draft beside it', () => {
  const path = join(place, 'file')
  expect(writeOnce(path, 'first', 0o600)).toBe(true)
  expect(writeOnce(path, 'second', 0o600)).toBe(false)
  expect(read()).toEqual({ file: 'first' })
  replaceFile(path, 'third', 0o600)
  expect(read()).toEqual({ file: 'third' })
})

test('a file that cannot get its name leaves no draft', () => {
  const path = join(place, 'taken')
  mkdirSync(join(path, 'by-a-directory'), { recursive: true })
  expect(() => replaceFile(path, 'text', 0o600)).toThrow()
  expect(readdirSync(place)).toEqual(['taken'])
})
