import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { ContextStore } from '@writ/contract'
import { expect, it } from 'vitest'
import { openParser } from '../../formats/index.ts'
import { openLibrary } from '../library.ts'
import { type Workspace, workspace } from '../memory-fixture.ts'

const FILES = 300

/** Reads structure in a process of its own; gives how many files it read, or undefined where it was killed. */
async function follow(space: Workspace, killAfterMs?: number): Promise<number | undefined> {
  const program = new URL('./structure-process.fixture.ts', import.meta.url).pathname
  const args = ['--conditions=@writ/source', program, space.home, space.docs]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  let said = ''
  const searchable = Promise.withResolvers<void>()
  child.stdout.on('data', (bytes: Buffer) => {
    said += bytes.toString()
    searchable.resolve()
  })
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  await Promise.race([searchable.promise, ended])
  if (killAfterMs !== undefined) void pause(killAfterMs).then(() => child.kill('SIGKILL'))
  return (await ended) === 0 ? Number(said.split('\n')[1]) : undefined
}

async function answers(store: ContextStore): Promise<unknown> {
  const scope = { partitions: store.partitions.map(({ id }) => id), docs: null }
  return [
    await store.symbols(scope, { limit: 5000 }),
    await store.links(scope, { of: 'shared', direction: 'in', limit: 5000 }),
  ]
}

it('goes on after kills, reads no file of which it was kept, and ends as one that nobody disturbed', async () => {
  const space = workspace()
  const parser = openParser()
  const readCode: typeof parser.readCode = (source) => parser.readCode(source)
  try {
    space.write('shared.ts', 'export function shared(): number {\n  return 1\n}\n')
    for (let n = 1; n < FILES; n += 1) {
      const bodies = Array.from(
        { length: 200 },
        (_, at) => `export const v${at} = () => shared() + ${n * at}`,
      )
      space.write(`part-${n % 5}/${n}.ts`, `import { shared } from '../shared.ts'\n${bodies.join('\n')}\n`)
    }
    let left = FILES
    for (let kill = 0; kill < 6; kill += 1) {
      const read = await follow(space, 1500 + 700 * kill)
      const library = await openLibrary(space.home)
      const state = (await library.list())[0]?.source?.left.files ?? FILES
      await library.close()
      expect(state).toBeLessThanOrEqual(left)
      left = state
      if (read !== undefined) break
    }
    expect(left).toBeLessThan(FILES)
    expect(await follow(space)).toBe(left)
    const library = await openLibrary(space.home, { readCode })
    const undisturbed = await openLibrary(join(space.base, 'undisturbed'), { readCode })
    const store = await library.openNamed('docs')
    expect(await answers(store)).toEqual(await answers(await undisturbed.open(space.request())))
    await undisturbed.close()
    await library.close()
  } finally {
    await parser.close()
    space.remove()
  }
})
