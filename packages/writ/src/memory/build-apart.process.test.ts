import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDiskFull } from '@writ/contract'
import { afterAll, expect, it } from 'vitest'
import { buildApart } from './build-apart.ts'
import { textFeed } from './document-source.ts'
import { buildIndex } from './index-file.ts'
import { PackFile } from './pack-file.ts'
import { PackWriter } from './pack-writer.ts'

const directory = mkdtempSync(join(tmpdir(), 'writ-apart-'))
afterAll(() => rmSync(directory, { recursive: true }))

const at = (name: string): string => join(directory, name)

it('is the index that this process would have built, byte for byte, and tells how far it is', async () => {
  const writer = new PackWriter(at('texts.pack'))
  for (let n = 1000; n < 1300; n += 1)
    writer.add(`${n}.md`, textFeed(`# Title ${n}\n\n${`word${n % 17} and more of it. `.repeat(n % 300)}\n`))
  writer.finish()
  writer.close()
  const file = new PackFile(at('texts.pack'))
  const bytes = file.documents.reduce((sum, doc) => sum + doc.bytes, 0)
  buildIndex(file, at('here.db'), () => undefined)
  file.close()

  const told = { documents: 0, bytes: 0 }
  await buildApart(at('texts.pack'), at('apart.db'), (documents, more) => {
    told.documents += documents
    told.bytes += more
  })
  expect(told).toEqual({ documents: 300, bytes })
  expect(readFileSync(at('apart.db')).equals(readFileSync(at('here.db')))).toBe(true)
})

it('fails with the words of what went wrong there', async () => {
  writeFileSync(at('none.pack'), 'this is no pack, although it has as many bytes as the last line of one')
  await expect(buildApart(at('none.pack'), at('none.db'), () => undefined)).rejects.toThrow('is not a pack')
  await expect(
    buildApart(at('texts.pack'), join(directory, 'no', 'place.db'), () => undefined),
  ).rejects.toThrow('unable to open database file')
})

it('fails as a full disk does where there is no room for it', async (context) => {
  const disk = at('disk')
  mkdirSync(disk)
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk]).status !== 0)
    context.skip('a file system of a fixed size cannot be mounted here')
  try {
    const failed = await buildApart(at('texts.pack'), join(disk, 'full.db'), () => undefined).catch(
      (error: unknown) => error,
    )
    expect(isDiskFull(failed)).toBe(true)
  } finally {
    spawnSync('umount', [disk])
  }
})
