import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { CorporaHome } from './corpora-home.ts'
import { dropPacks } from './drop-packs.ts'
import { partsFile } from './pack-parts.ts'

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'writ-drop-'))
})
afterEach(() => rmSync(home, { recursive: true }))

it('keeps a pack that a state of several parts is made of, though nobody names that state yet', async () => {
  const { packs } = new CorporaHome(home)
  const [shared, alone] = ['a'.repeat(64), 'b'.repeat(64)]
  for (const pack of [shared, alone]) writeFileSync(join(packs, `${pack}.pack`), 'pack')
  const { bytes, hash } = partsFile([{ pack: shared, gone: [0] }])
  writeFileSync(join(packs, `${hash}.parts`), bytes)
  await dropPacks(home, [shared, alone], [])
  expect(readdirSync(packs).toSorted()).toEqual([`${shared}.pack`, `${hash}.parts`].toSorted())
  await dropPacks(home, [hash], [])
  expect(readdirSync(packs)).toEqual([])
})
