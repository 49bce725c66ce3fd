import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { programOf } from './child-program.ts'
import { ConfinedChild } from './confined-child.ts'
import { findBubblewrap } from './find-bubblewrap.ts'
import { MOST_DATA_KB } from './program-limits.ts'

const found = findBubblewrap()
const MOST_MESSAGE = { bytes: 1_000, items: 100, depth: 10 }

/** Limits, as the system says them, of the processes of a child that has this in its command line. */
function limitsOf(mark: string): readonly Readonly<Record<string, string>>[] {
  return readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid) && readOf(pid, 'cmdline').includes(mark))
    .map((pid) => {
      const rows = readOf(pid, 'limits').matchAll(/^(Max .+?) {2,}(\S+)/gm)
      return Object.fromEntries([...rows].map(([, name = '', soft = '']) => [name, soft]))
    })
}

function readOf(pid: string, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8')
  } catch {
    return '' // it has ended
  }
}

it.skipIf('lack' in found).each([
  ['its own limits', { mostDataKb: 2 * 1024 ** 2, stackKb: 16_384 }, 2 * 1024 ** 2],
  ['no more than any child', { mostDataKb: 4 * MOST_DATA_KB }, MOST_DATA_KB],
  ['those of any child, when it says none', {}, MOST_DATA_KB],
])('a program has %s', async (_, limits, dataKb) => {
  const mark = `// ${Math.random()}`
  const wall = { level: 'full', bubblewrap: 'path' in found ? found.path : '' } as const
  const program = programOf({
    room: import.meta.dirname,
    main: 'none',
    packages: [],
    mostMessage: MOST_MESSAGE,
    ...limits,
  })
  const flags = ['-e', `setInterval(() => undefined, 1_000) ${mark}`]
  const child = new ConfinedChild(wall, { ...program, flags })
  try {
    await child.confined
    const all = limitsOf(mark)
    expect(all.length).toBeGreaterThan(0)
    for (const one of all) {
      expect(one).toMatchObject({
        'Max data size': `${dataKb * 1024}`,
        'Max open files': '256',
        'Max file size': '0',
      })
      if ('stackKb' in limits) expect(one['Max stack size']).toBe(`${limits.stackKb * 1024}`)
    }
  } finally {
    await child.close()
  }
})

it.runIf('lack' in found)('needs bubblewrap', ({ skip }) => skip())
