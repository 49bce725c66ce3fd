import { spawnSync } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'

// Node keeps back the first 16 descriptors that it came with, and those that follow without a gap.

const place = await mkdtemp(join(tmpdir(), 'writ-inherited-'))
const secret = join(place, 'secret')
await writeFile(secret, 'sk-writ-inherited-test')
afterAll(() => rm(place, { recursive: true, force: true }))

/** What descriptors lead to: some of Writ's own, and all of the child's. */
interface Led {
  readonly own: readonly string[]
  readonly held: readonly string[]
}

/** Where descriptors of a child lead, when this file is at some of those that Writ itself was started with. */
function descriptorsOfChild(bubblewrap: string, ...at: readonly number[]): Led {
  const script = `
    import { readdirSync, readlinkSync } from 'node:fs'
    const { startChild } = await import(${JSON.stringify(new URL('./start-child.ts', import.meta.url).href)})
    const { sandboxChildren } = await import(${JSON.stringify(new URL('./vm-fixture.ts', import.meta.url).href)})
    const own = ${JSON.stringify(at)}.map((fd) => readlinkSync('/proc/self/fd/' + fd))
    const { child } = await startChild(${bubblewrap})
    await child.confined
    const [pid] = sandboxChildren()
    const folder = '/proc/' + pid + '/fd/'
    const held = readdirSync(folder).map((fd) => readlinkSync(folder + fd))
    await child.close()
    console.log(JSON.stringify({ own, held }))`
  const file = openSync(secret, 'r')
  try {
    const stdio = Array.from({ length: Math.max(...at) + 1 }, (_, fd) => {
      if (fd === 0 || fd > 2) return at.includes(fd) ? file : 'ignore'
      return 'pipe'
    })
    const args = ['--conditions=@writ/source', '--input-type=module', '-e', script]
    const { stdout, stderr } = spawnSync(process.execPath, args, { stdio, encoding: 'utf8', cwd: place })
    expect(stderr).toBe('')
    return JSON.parse(stdout) as Led
  } finally {
    closeSync(file)
  }
}

describe('descriptors that whoever started Writ left open', () => {
  it.each([
    ['at reduced confinement', "{ lack: 'there is none' }"],
    ['at the strongest there is', ''],
  ])('lead nowhere in the child %s', (_level, bubblewrap) => {
    const { own, held } = descriptorsOfChild(bubblewrap, 5, 40, 41, 99)
    expect(own).toEqual([secret, secret, secret, secret])
    expect(held).not.toContain(secret)
  })
})
