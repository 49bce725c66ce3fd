import { setTimeout } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { corpusText } from './corpus-fixture.ts'
import { openLibrary } from './library.ts'
import { type Workspace, workspace } from './memory-fixture.ts'

// Corpora of the same files share packs. One is removed while another is kept.

const PARTS = 40_000

let space: Workspace

beforeEach(() => {
  space = workspace()
})

afterEach(() => space.remove())

it('a corpus that is removed takes nothing from one that is only just kept', async () => {
  for (let at = 0; at < 12; at += 1) space.write(`${at}.txt`, corpusText(at))
  const [one, other] = [await openLibrary(space.home, { partBytes: PARTS }), await openLibrary(space.home)]
  for (let round = 0; round < 16; round += 1) {
    await (await one.ingest('first', space.request())).close()
    const kept = other.ingest('second', space.request())
    kept.catch(() => undefined)
    // At another moment of the ingestion each time.
    await setTimeout(round * 3)
    await one.remove('first', new Set())
    await (await kept).close()
    const store = await one.openNamed('second')
    expect(store.partitions.map(({ documents }) => documents)).toEqual([12])
    await store.close()
    await one.remove('second', new Set())
  }
  await Promise.all([one.close(), other.close()])
})
