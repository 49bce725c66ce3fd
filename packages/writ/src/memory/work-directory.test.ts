import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { PackDirectory } from './pack-directory.ts'
import { WorkDirectory } from './work-directory.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'writ-work-'))
})
afterEach(() => {
  rmSync(directory, { recursive: true })
})

function open(): WorkDirectory {
  const places = { packs: directory, indexes: directory, scratch: directory, durable: false }
  return new WorkDirectory(join(directory, 'work'), null, new PackDirectory(places))
}

it('has a pack once more when a file became again what it was: the last pack of a file counts', () => {
  const parts = ['a', 'b', 'a']
  for (const pack of parts) {
    const work = open()
    const path = work.unfinished('pack')
    writeFileSync(path, pack)
    work.done({ partition: 'p', whole: true }, { path, pack }, [], [])
  }
  expect(open().of('p').packs).toEqual(parts)
})
