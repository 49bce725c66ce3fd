import type { RunEvent } from '@writ/contract'
import { block, sequence } from '@writ/simulator'
import { expect, it } from 'vitest'
import { type ScriptedHome, scriptedHome } from '../runs/scripted-home.fixture.ts'
import { sandboxChildren } from '../sandbox/vm-fixture.ts'

it.runIf(process.platform === 'linux')(
  'a replay is identical for a cell whose process was killed under it',
  async () => {
    const home: ScriptedHome = await scriptedHome()
    const script = sequence([
      block("let kept = 1; print(await read('b.txt'))"),
      block("kept = 2; const said = await llm_query('paid'); await read('a.txt'); for (;;) {}"),
      block("FINAL([kept, await llm_query('paid'), (await grep('needle')).matches.length])"),
    ])
    const onEvent = (event: RunEvent): void => {
      if (event.type === 'step' && event.op === 'read' && event.n > 5)
        for (const pid of sandboxChildren()) process.kill(pid, 'SIGKILL')
    }
    try {
      const { answer } = await home.ask(script, {}, { onEvent })
      expect(answer).toMatchObject({ value: [1, 'ECHO paid', 1], usage: { modelCalls: 4 } })
      const { steps } = await home.within((writ) => writ.show(answer.run))
      const cells = steps.filter(({ kind }) => kind === 'cell')
      expect(cells.map(({ outcome }) => outcome)).toContain('imposed')
      expect((await home.verify(answer)).ok).toBe(true)
      expect(await home.replay(answer.run)).toEqual({
        outcome: 'IDENTICAL',
        steps: answer.usage.steps,
        at: null,
      })
    } finally {
      await home.close()
    }
  },
)
