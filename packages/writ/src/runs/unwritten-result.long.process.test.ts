import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { block, type Simulator, sequence, startSimulator } from '@writ/simulator'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createWrit } from '../index.ts'

// A cell goes on with a sub-call's value before the ledger has its result. Nothing that shows outside may rest on that.

/** Long enough for whatever does not wait for the ledger to show. */
const SHOWS_MS = 300

let place: string
let simulator: Simulator | undefined

beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'writ-unwritten-'))
})

afterEach(async () => {
  await simulator?.stop()
  simulator = undefined
  await rm(place, { recursive: true, force: true })
})

/** What a process shows, whose ledger fails under the result of a sub-call, until it is killed after its `last` word. */
async function shown(home: string, baseUrl: string, fate: string, last: string): Promise<unknown[][]> {
  const program = new URL('./failing-ledger.fixture.ts', import.meta.url)
  const args = ['--conditions=@writ/source', program.pathname, home, baseUrl, fate]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const closed = once(child, 'close')
  const lines: unknown[][] = []
  for await (const line of createInterface({ input: child.stdout })) {
    const words = JSON.parse(line)
    lines.push(words)
    if (words[0] !== 'event' && words.includes(last)) void pause(SHOWS_MS).then(() => child.kill('SIGKILL'))
  }
  await closed
  return lines
}

const AGAIN = [block("const one = await llm_query('one'); FINAL([one, await llm_query('two')])")]
const BOTH = ['ECHO one', 'ECHO two']
const TURNS = [block("const one = await llm_query('one')"), block('FINAL([one])')]
const FINAL = [block("FINAL([await llm_query('one')])")]

it.each([
  ['is slow: the cell asks again', 'is slow', AGAIN, ['model.call'], BOTH],
  ['is slow: the cell ends', 'is slow', TURNS, ['cell', 'model.call'], ['ECHO one']],
  ['is slow: the cell answers', 'is slow', FINAL, ['cell', 'output.release'], ['ECHO one']],
  ['ends: the cell asks again', 'ends', AGAIN, [], BOTH],
])('nothing shows of a result while the ledger %s', async (_, fate, turns, next, value) => {
  simulator = await startSimulator({ script: sequence(turns), honourKeys: true })
  const home = join(place, 'home')
  const lines = await shown(home, simulator.url, fate, next.at(-1) ?? 'failed')
  const from = lines.findIndex(([what]) => what === 'unwritten')
  const unwritten = lines.filter(([what]) => what === 'unwritten').flatMap(([, ...kinds]) => kinds)
  const others = lines.slice(from).filter(([what]) => what !== 'unwritten')
  if (fate === 'ends') {
    expect(unwritten[0]).toBe('sub-call result')
    expect(others).toEqual([['failed', 'LEDGER_FAILED']])
  } else {
    expect(unwritten).toEqual(['sub-call result', ...next])
    expect(others).toEqual([])
  }
  expect(lines.slice(0, from).filter(([, , op]) => op === 'leaf' || op === 'cell')).toEqual([])
  expect(await readdir(join(home, 'runs'))).toEqual([])
  // A turn and one sub-call: nothing was sent after the result that was lost.
  const sent = simulator.journal().entries.map(({ key }) => key)
  expect(sent).toHaveLength(2)

  const writ = await createWrit({ home, apiKey: 'x' })
  try {
    const [run] = await writ.runs()
    if (run === undefined) throw new Error('there is no run')
    expect(run.status).toBe('open')
    expect((await writ.show(run.run)).steps.at(-1)).toMatchObject({ op: 'leaf', outcome: 'in-doubt' })
    const answer = await writ.resume(run.run)
    expect(answer.value).toEqual(value)
    const all = simulator.journal().entries.map(({ key }) => key)
    expect(all.slice(0, 3)).toEqual([...sent, sent[1]])
    // The lost one is charged its bound, and once more as it came back.
    expect(answer.usage).toMatchObject({ modelCalls: all.length, boundCalls: 1 })
    const trust = join(home, 'trust.json')
    const report = await writ.verify(answer.evidence ?? '', { trust, answer })
    expect(report.verdicts.filter(({ result }) => result === 'fail')).toEqual([])
    expect(await writ.replay(run.run)).toMatchObject({ outcome: 'IDENTICAL' })
  } finally {
    await writ.close()
  }
})
