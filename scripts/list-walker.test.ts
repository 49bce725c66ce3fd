import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { CODE, listWalkerCode } from './list-walker.ts'

it('makes the code of the loops of a search that is kept: `npm run list-walker` after a change', async () => {
  expect(await readFile(CODE, 'utf8')).toBe(await listWalkerCode())
})
