import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, renameSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { block } from '@writ/simulator'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { pythonHere } from '../sandbox/python/python-vm.fixture.ts'
import { wheelFrom, wheelMaker } from '../sandbox/python/wheels.fixture.ts'
import { type ScriptedHome, scriptedHome } from './scripted-home.fixture.ts'

const { lack, vm } = await pythonHere()
let home: ScriptedHome

beforeAll(async () => {
  home = await scriptedHome()
})
afterAll(() => home.close())

const USES = block(`import tinypack
child = rlm_query("count", context="words")
FINAL([tinypack.twice(21), child])`)
const CHILD = block('from tinypack import twice\nFINAL(twice(4))')

it.skipIf(lack !== undefined)(
  'a run whose cells import a package names it by its digest, tells its model, and is done again with those bytes alone',
  async () => {
    await wheelMaker(vm)
    const { file, bytes } = await wheelFrom(vm, 'wheel_of({"tinypack.py": "def twice(n): return 2 * n\\n"})')
    const directory = join(home.place, 'wheels')
    mkdirSync(directory)
    writeFileSync(join(directory, file), bytes)
    const heard: string[] = []
    const script = ({ messages }: { messages: readonly { content: string }[] }): string => {
      heard.push(messages.map(({ content }) => content).join('\n'))
      return heard.at(-1)?.includes('Question:\ncount') === true ? CHILD : USES
    }
    const asked = { repl: 'python' } as const
    const { answer } = await home.ask(script, { pythonPackages: directory }, asked)
    expect(answer.value).toEqual([42, 8])
    const told = 'Installed packages that cells can import: tinypack 1.2.0 (import tinypack).'
    expect(heard.filter((prompt) => prompt.includes(told))).toHaveLength(heard.length)
    expect(await home.verify(answer)).toMatchObject({ ok: true })

    writeFileSync(join(directory, file), 'other bytes')
    expect(await home.replay(answer.run)).toMatchObject({ outcome: 'IDENTICAL' })
    const without = await home.ask(() => block('import tinypack'), {}, { ...asked, limits: { maxTurns: 1 } })
    expect(without.answer.status).not.toBe('complete')
    await expect(home.ask(script, { pythonPackages: directory }, asked)).rejects.toMatchObject({
      code: 'PYTHON_PACKAGE_REFUSED',
    })

    const forked = await home.within(async (writ) => {
      const { steps } = await writ.show(answer.run)
      const last = steps.filter(({ kind, lane }) => kind === 'cell' && lane === '0').at(-1)
      return await writ.fork(answer.run, { at: { lane: '0', n: last?.n ?? 0 } })
    })
    expect(forked).toMatchObject({ status: 'complete', value: [42, 8] })
    expect(await home.verify(forked)).toMatchObject({ ok: true })
    expect(await home.replay(forked.run)).toMatchObject({ outcome: 'IDENTICAL' })
    const kept = join(home.place, 'home', 'python-packages')
    renameSync(kept, `${kept}-away`)
    await expect(home.replay(answer.run)).rejects.toMatchObject({ code: 'PYTHON_PACKAGE_MISSING' })
    renameSync(`${kept}-away`, kept)

    // They go with the last run that names them.
    const left = async (run: string): Promise<readonly string[]> => {
      const sha256 = createHash('sha256').update(bytes).digest('hex')
      for (const path of [join(kept, sha256), join(kept, sha256, file)]) utimesSync(path, 1, 1)
      await home.within((writ) => writ.erase(run, 'asked for'))
      return readdirSync(kept).filter((name) => name === sha256)
    }
    expect(await left(answer.run)).toHaveLength(1)
    expect(await left(forked.run)).toEqual([])
  },
)
