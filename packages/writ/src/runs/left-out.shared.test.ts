import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createWrit } from '../index.ts'
import { openLibrary } from '../memory/index.ts'
import { requestFor } from '../memory/memory-fixture.ts'

// A large corpus leaves thousands of documents out, and each run names them. The model is the built-in one.

let place: string
beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'writ-left-out-'))
  await mkdir(join(place, 'docs'))
})
afterEach(async () => rm(place, { recursive: true, force: true }))

it('a run makes the text of what was left out once, and its record, evidence and answer have it', async () => {
  await writeFile(join(place, 'docs', 'a.txt'), 'Alpha mentions a patent.\n')
  await writeFile(join(place, 'docs', 'picture.bin'), Buffer.from([0, 1, 2, 3]))
  const home = join(place, 'home')
  await using opened = new AsyncDisposableStack()
  const writ = opened.adopt(await createWrit({ home }), (one) => one.close())
  const library = opened.adopt(await openLibrary(home), (one) => one.close())
  const store = await library.open(requestFor(join(place, 'docs'), home))
  const [entry] = store.omitted
  if (entry === undefined) throw new Error('nothing was left out')
  const { reason, ...rest } = entry
  let reads = 0
  Object.defineProperty(entry, 'reason', {
    enumerable: true,
    get: () => {
      reads += 1
      return reason
    },
  })
  const answer = await writ.completion({ query: 'How many documents mention "patent"?', context: store })
  expect(reads).toBe(1)
  expect(answer.omitted).toEqual([{ ...rest, reason }])
  expect((await writ.verify(answer.evidence ?? '')).ok).toBe(true)
  expect((await writ.replay(answer.run)).outcome).toBe('IDENTICAL')
})
