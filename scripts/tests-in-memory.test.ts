import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { freemem, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { directoryIn } from './tests-in-memory.ts'

let memory: string

beforeEach(() => {
  memory = mkdtempSync(join(tmpdir(), 'writ-memory-'))
})
afterEach(() => rmSync(memory, { recursive: true, force: true }))

/** A directory as tests of that process would have left it. */
function left(pid: number | string): string {
  const place = join(memory, `writ-files-${pid}`)
  mkdirSync(place)
  return place
}

it('gives a new directory, though one of this process is there', () => {
  const own = left(process.pid)
  const place = directoryIn(memory, 1)
  expect(place).not.toBe(own)
  expect(readdirSync(place ?? '')).toEqual([])
})

it('removes what tests left that have ended, and nothing else', () => {
  const { pid } = spawnSync('true')
  const ended = [left(pid), left(`${pid}-x`)]
  const stays = [left(process.pid), left('of-somebody')]
  directoryIn(memory, 1)
  expect(ended.map((place) => existsSync(place))).toEqual([false, false])
  expect(stays.map((place) => existsSync(place))).toEqual([true, true])
})

it('gives none where the machine has less memory than the directory has room', () => {
  expect(directoryIn(memory, freemem() + 1024 ** 3)).toBeUndefined()
  expect(readdirSync(memory)).toEqual([])
})

it('gives none where there is no such directory', () => {
  expect(directoryIn(join(memory, 'none'), 1)).toBeUndefined()
})
