import { block, sequence } from '@writ/simulator'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PYTHON_FORGERIES } from '../sandbox/attacks/python-forgeries.fixture.ts'
import { fullyConfined } from '../sandbox/fully-confined.fixture.ts'
import { type ScriptedHome, scriptedHome } from './scripted-home.fixture.ts'

// Runs whose root tries at its own interpreter what `sandbox/attacks/python-forgeries.fixture.ts` lists, each mechanism in one
// frame. A run has its answer or has none; what is recorded of it verifies, and it is identical when it is done again.

const lack = await fullyConfined()
let home: ScriptedHome

beforeAll(async () => {
  home = await scriptedHome()
})
afterAll(() => home.close())

describe.skipIf(lack !== undefined)('a run whose root tries', () => {
  it.each(Object.entries(PYTHON_FORGERIES))('%s', async (_mechanism, attempts) => {
    const cells = attempts.flat()
    for (const from of [0, Math.floor(cells.length / 2)]) {
      const script = sequence([...cells.slice(from).map((code) => block(code)), block('FINAL("the end")')])
      const limits = { maxTurns: cells.length + 5 }
      const { answer } = await home.ask(script, {}, { repl: 'python', limits })
      if (answer.evidence !== undefined) expect(await home.verify(answer)).toMatchObject({ ok: true })
      expect(await home.replay(answer.run)).toMatchObject({ outcome: 'IDENTICAL' })
    }
  })
})
