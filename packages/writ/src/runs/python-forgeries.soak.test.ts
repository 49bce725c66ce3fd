import { block, sequence } from '@writ/simulator'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PYTHON_FORGERIES } from '../sandbox/attacks/python-forgeries.fixture.ts'
import { fullyConfined } from '../sandbox/fully-confined.fixture.ts'
import { type ScriptedHome, scriptedHome } from './scripted-home.fixture.ts'

// Runs whose root tries at its own interpreter what `sandbox/attacks/python-forgeries.fixture.ts` lists. A run has its answer or has none; what is recorded of it verifies, and it is identical when it is done again.

const lack = await fullyConfined()
/** Each of their cells takes as long as a cell may: `sandbox/attacks/python-forgeries.soak.test.ts` has them. */
const WITHOUT_END = ['an awaiting that does not end', 'values without end']

let home: ScriptedHome

beforeAll(async () => {
  home = await scriptedHome()
})
afterAll(() => home.close())

describe.skipIf(lack !== undefined)('a run whose root tries', () => {
  const attempts = Object.entries(PYTHON_FORGERIES)
    .filter(([mechanism]) => !WITHOUT_END.includes(mechanism))
    .flatMap(([mechanism, all]) => all.map((cells) => [mechanism, cells.at(-1), cells] as const))

  it.each(attempts)('%s: %s', async (_mechanism, _last, cells) => {
    const script = sequence([...cells.map((code) => block(code)), block('FINAL("the end")')])
    const { answer } = await home.ask(script, {}, { repl: 'python', limits: { maxTurns: cells.length + 5 } })
    if (answer.evidence !== undefined) expect(await home.verify(answer)).toMatchObject({ ok: true })
    expect(await home.replay(answer.run)).toMatchObject({ outcome: 'IDENTICAL' })
    expect(JSON.parse(JSON.stringify(answer.value ?? null))).toEqual(answer.value ?? null)
  })
})
