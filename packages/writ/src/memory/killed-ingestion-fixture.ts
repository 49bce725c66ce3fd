import { spawn } from 'node:child_process'
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'vitest'
import { answersOf, corpusText } from './corpus-fixture.ts'
import { openLibrary } from './library.ts'
import { type Workspace, workspace } from './memory-fixture.ts'

const PART = 20_000

interface Ended {
  /** `done`, `killed` where it was to be, or how else it ended and what it said. */
  readonly how: string
  /** How long it took from where it could be killed. */
  readonly ms: number
}

/** Ingests in a process of its own, which is killed after a while unless it is through by then. */
async function ingest(space: Workspace, killAfterMs?: number): Promise<Ended> {
  const program = new URL('./ingest-process-fixture.ts', import.meta.url)
  const args = ['--conditions=@writ/source', program.pathname, space.home, space.docs, String(PART)]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  child.stderr.on('data', (bytes: Buffer) => {
    said += bytes.toString()
  })
  let wasKilled = false
  const ended = new Promise<string>((resolve) => {
    child.once('close', (code, signal) => {
      const asWanted = wasKilled && signal === 'SIGKILL'
      resolve(code === 0 ? 'done' : asWanted ? 'killed' : `${code ?? signal}: ${said}`)
    })
  })
  // The clock starts when there is something to kill.
  await new Promise((resolve) => child.stdout.once('data', resolve).once('end', resolve))
  const ready = performance.now()
  if (killAfterMs !== undefined)
    void pause(killAfterMs).then(() => {
      wasKilled = child.kill('SIGKILL')
    })
  return { how: await ended, ms: performance.now() - ready }
}

function corpus(space: Workspace, files: number): void {
  for (let n = 0; n < files; n += 1)
    space.write(`part-${n % 7}/${n}.${['md', 'txt', 'csv'][n % 3]}`, corpusText(n))
}

function change(space: Workspace, round: number): void {
  for (let n = 0; n < 40; n += 1) {
    const name = join(space.docs, `part-${n % 7}`, `${n}.${['md', 'txt', 'csv'][n % 3]}`)
    if (n % 4 === 0) rmSync(name, { force: true })
    else writeFileSync(name, corpusText(1000 * round + n))
  }
  mkdirSync(join(space.docs, 'new'), { recursive: true })
  for (let n = 0; n < 60; n += 1)
    writeFileSync(join(space.docs, 'new', `${round}-${n}.txt`), corpusText(n * 3 + 1))
}

/** Kills the ingestion of so many files as often, then again when some have changed: it must end as one that nobody disturbed. */
export async function killAndGoOn(files: number, kills: number): Promise<void> {
  const space = workspace()
  try {
    await killed(space, files, kills)
  } finally {
    space.remove()
  }
}

async function killed(space: Workspace, files: number, kills: number): Promise<void> {
  corpus(space, files)
  const first = await ingest(space)
  expect(first.how).toBe('done')
  rmSync(space.home, { recursive: true })
  let hit = 0
  let left = 0
  // On a machine that was busy with the first only, the others may be through before they are killed.
  for (let round = 1; round <= 2 || (hit === 0 && round <= 8); round += 1) {
    for (let kill = 0; kill < kills; kill += 1) {
      const { how } = await ingest(space, Math.random() * first.ms * 0.8)
      if (how === 'done') break
      expect(how).toBe('killed')
      hit += 1
      const named = join(space.home, 'corpora', 'named')
      const library = await openLibrary(space.home, { partBytes: PART })
      left += readdirSync(join(space.home, 'corpora', 'unfinished')).length
      const isThere = readdirSync(named).some((file) => file.endsWith('.json'))
      // The corpus that was there before answers, whole.
      if (isThere) {
        const store = await library.openNamed('docs')
        expect(store.partitions[0]?.documents).toBeGreaterThanOrEqual(files)
        await answersOf(store)
        await store.close()
      }
      await library.close()
    }
    expect((await ingest(space)).how).toBe('done')
    const library = await openLibrary(space.home, { partBytes: PART })
    const store = await library.openNamed('docs')
    const undisturbed = await openLibrary(join(space.base, `undisturbed-${round}`))
    const other = await undisturbed.open(space.request())
    expect(await answersOf(store)).toEqual(await answersOf(other))
    await undisturbed.close()
    await library.close()
    expect(readdirSync(join(space.home, 'corpora', 'unfinished'))).toEqual([])
    change(space, round)
  }
  expect(hit).toBeGreaterThan(0)
  // Few kills may all fall before the first pack is finished.
  if (kills > 10) expect(left).toBeGreaterThan(0)
}
