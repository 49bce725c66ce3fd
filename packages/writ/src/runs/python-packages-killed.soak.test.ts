import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { block, type SimRequest, startSimulator } from '@writ/simulator'
import { expect, it, onTestFinished } from 'vitest'
import { createWrit, type Writ } from '../index.ts'
import { pythonHere } from '../sandbox/python/python-vm.fixture.ts'
import { wheelFrom, wheelMaker } from '../sandbox/python/wheels.fixture.ts'

// A run over packages whose process is killed. It is resumed with the bytes that it began with, or not at all.

const { lack, vm } = await pythonHere()
const LAUNCHER = fileURLToPath(new URL('../../bin/writ.js', import.meta.url))

const ROOT = [
  block("import tinypack\nfirst = [tinypack.twice(1), llm_query('one')]"),
  block(
    "child = rlm_query('SIMTASK:child count')\nsecond = llm_query('two')\nFINAL([first, child, second, tinypack.twice(21)])",
  ),
]
const CHILD = block("from tinypack import twice\nFINAL([twice(4), llm_query('three')])")

function said({ task, turns, prompt }: SimRequest): string {
  if (task === 'child') return CHILD
  return task === 'root' ? (ROOT[turns] ?? '') : `ECHO ${prompt.split('\n').at(-1)}`
}

/** Where the process is killed: while this is asked of the model. */
const PLACES: readonly (readonly [string, (request: SimRequest) => boolean])[] = [
  ['a sub-call of its first cell', ({ prompt }) => prompt.endsWith('one')],
  ['its second turn', ({ task, turns }) => task === 'root' && turns === 1],
  ['a sub-call of its child', ({ prompt }) => prompt.endsWith('three')],
  ['a sub-call after its child', ({ prompt }) => prompt.endsWith('two')],
]

it.skipIf(lack !== undefined)(
  'a run over packages that was killed is resumed with the same bytes, wherever it was',
  async () => {
    await wheelMaker(vm)
    const made = async (times: number): Promise<{ file: string; bytes: Buffer }> =>
      await wheelFrom(vm, `wheel_of({"tinypack.py": "def twice(n): return ${times} * n\\n"})`)
    const place = mkdtempSync(join(tmpdir(), 'writ-killed-'))
    onTestFinished(() => rmSync(place, { recursive: true }))
    const { file, bytes } = await made(2)
    const other = await made(3)
    const directory = join(place, 'wheels')
    mkdirSync(directory)
    writeFileSync(join(place, 'docs.txt'), 'words\n')

    for (const [where, here] of PLACES) {
      let running: ChildProcess | undefined
      const simulator = await startSimulator({
        script: (request) => {
          if (running?.killed === false && here(request)) running.kill('SIGKILL')
          return said(request)
        },
        honourKeys: true,
      })
      try {
        writeFileSync(join(directory, file), bytes)
        const home = join(place, where.replaceAll(' ', '-'))
        const model = ['--model', 'any/model', '--base-url', simulator.url, '--strategy', 'recurse']
        const asked = ['ask', 'SIMTASK:root What?', 'docs.txt', '--repl', 'python', ...model]
        running = command(place, [...asked, '--python-packages', directory, '--home', home])
        expect(await once(running, 'close'), where).toEqual([null, 'SIGKILL'])

        writeFileSync(join(directory, file), other.bytes)
        const bare = join(place, 'without')
        cpSync(home, bare, { recursive: true })
        rmSync(join(bare, 'python-packages'), { recursive: true })
        await within(bare, directory, async (writ) => {
          const [run] = await writ.runs()
          await expect(writ.resume(run?.run ?? '')).rejects.toMatchObject({ code: 'PYTHON_PACKAGE_MISSING' })
          expect((await writ.runs())[0]?.status).toBe('open')
        })
        const right = join(place, 'right')
        mkdirSync(right, { recursive: true })
        writeFileSync(join(right, file), bytes)
        const resumed = command(place, ['resume', 'last', '--python-packages', right, '--home', bare])
        expect(await once(resumed, 'close'), where).toEqual([0, null])

        // Done again with what the user configuration names.
        const config = join(place, '.config', 'writ')
        mkdirSync(config, { recursive: true })
        writeFileSync(join(config, 'config.json'), JSON.stringify({ pythonPackages: right }))
        rmSync(join(bare, 'python-packages'), { recursive: true })
        const again = command(place, ['replay', 'last', '--home', bare])
        expect(await once(again, 'close'), where).toEqual([0, null])
        rmSync(config, { recursive: true })
        rmSync(bare, { recursive: true })

        await within(home, directory, async (writ) => {
          const [run] = await writ.runs()
          const answer = await writ.resume(run?.run ?? '')
          const value = [[2, 'ECHO one'], [8, 'ECHO three'], 'ECHO two', 42]
          expect(answer, where).toMatchObject({ status: 'complete', value })
          const trust = join(home, 'trust.json')
          expect(await writ.verify(answer.evidence ?? '', { trust, answer })).toMatchObject({ ok: true })
          expect(await writ.replay(answer.run)).toMatchObject({ outcome: 'IDENTICAL' })
        })
      } finally {
        await simulator.stop()
      }
    }
  },
)

/** Starts the command as a user does. */
function command(place: string, args: readonly string[]): ChildProcess {
  const env = { PATH: process.env.PATH ?? '', HOME: place, OPENAI_API_KEY: 'x' }
  return spawn(process.execPath, [LAUNCHER, ...args], { cwd: place, env, stdio: 'ignore' })
}

async function within(
  home: string,
  pythonPackages: string,
  work: (writ: Writ) => Promise<void>,
): Promise<void> {
  const writ = await createWrit({ home, pythonPackages, apiKey: 'x' })
  try {
    await work(writ)
  } finally {
    await writ.close()
  }
}
