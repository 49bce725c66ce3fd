import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { corpusText } from './corpus-fixture.ts'
import { openLibrary } from './library.ts'
import { requestFor, workspace } from './memory-fixture.ts'

// Room that a corpus is brought up to date with, in kilobytes: from none to enough.

const ROOM = [0, 4, 8, 16, 28, 48, 96, 2_000]

it('a full disk is said to be full, wherever it fills, and what was kept stays', async (context) => {
  const space = workspace()
  const disk = join(space.base, 'disk')
  mkdirSync(disk)
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=6m', 'tmpfs', disk]).status !== 0) {
    space.remove()
    context.skip('a file system of a fixed size cannot be mounted here')
  }
  try {
    const home = join(disk, 'home')
    const filler = join(disk, 'filler')
    for (let at = 0; at < 8; at += 1) space.write(`${at}.txt`, corpusText(at))
    const library = await openLibrary(home)
    await (await library.ingest('docs', requestFor(space.docs, home))).close()
    const came: string[] = []
    for (const [round, room] of ROOM.entries()) {
      // More names are left out each time, so that the list of them needs room, too.
      for (let at = 0; at < 40; at += 1) space.write(`left-${round}-${at}.bin`, new Uint8Array([0, 1]))
      space.write('0.txt', corpusText(100 + round))
      const { bavail, bsize } = statfsSync(disk)
      writeFileSync(filler, Buffer.alloc(Math.max(0, bavail * bsize - room * 1024)))
      const ended = await library.ingest('docs', requestFor(space.docs, home)).then(
        (store) => store.close().then(() => 'kept'),
        (error: Error & { code?: string }) => `${error.code}: ${error.message}`,
      )
      came.push(ended)
      rmSync(filler)
      const store = await library.openNamed('docs')
      expect(store.partitions.map(({ documents }) => documents)).toEqual([8])
      await store.close()
    }
    await library.close()
    const full = `DISK_FULL: there is no room left on the disk of ${home}; what was kept there before is as it was`
    expect([...new Set(came)].sort()).toEqual([full, 'kept'])
  } finally {
    spawnSync('umount', [disk])
    space.remove()
  }
})

it('an ingestion that is given up says why, also where its files cannot be removed', async (context) => {
  const space = workspace()
  const home = join(space.base, 'home')
  space.write('a.txt', corpusText(1))
  const library = await openLibrary(home)
  const stop = new AbortController()
  const opening = library.open({ ...requestFor(space.docs, home), signal: stop.signal })
  const scratch = join(home, 'corpora', 'scratch')
  const held = join(scratch, readdirSync(scratch)[0] ?? '', 'held')
  mkdirSync(held)
  const mounted = spawnSync('mount', ['-t', 'tmpfs', 'tmpfs', held]).status === 0
  stop.abort(new Error('enough'))
  await expect(opening).rejects.toThrow('enough')
  await setTimeout(300) // vitest fails where a promise is rejected that nobody awaits
  spawnSync('umount', [held])
  await library.close()
  space.remove()
  if (!mounted) context.skip('nothing can be mounted here')
})
