import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createWrit } from '../index.ts'
import { sandboxChildren } from '../sandbox/vm-fixture.ts'

it('a run is done again in the sandboxes a Writ keeps for its runs, whichever way', async () => {
  const place = await mkdtemp(join(tmpdir(), 'writ-pool-'))
  const writ = await createWrit({ home: join(place, 'home') })
  const context = [{ id: 'a.txt', text: 'needle\n'.repeat(50) }]
  const { run, evidence } = await writ.completion({ query: 'How many needles?', context })
  const file = join(place, 'run.writ')
  await writ.copyEvidence(run, { profile: 'replay', out: file })
  const ways = [
    () => writ.replay(run),
    () => writ.replayFile(file),
    () => writ.verify(evidence ?? ''),
    () => writ.verify(file),
  ]
  // The pool has a spare from the third sandbox on, and whoever asks for one takes it.
  await Promise.all([writ.replay(run), writ.replay(run)])
  for (const way of ways) {
    await expect.poll(sandboxChildren).toHaveLength(1)
    const [spare = 0] = sandboxChildren()
    await way()
    expect(sandboxChildren()).not.toContain(spare)
  }
  await writ.close()
  await rm(place, { recursive: true, force: true })
})
