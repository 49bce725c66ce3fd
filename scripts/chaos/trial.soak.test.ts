import { startSimulator } from '@writ/simulator'
import { expect, it } from 'vitest'
import { FRAMES } from './scenarios.ts'
import { runTrial } from './trial.ts'

// A small part of `npm run chaos`, which ends processes at hundreds of random points.

it.each(['SIGKILL', 'SIGTERM'] as const)(
  'a run whose process is ended by %s, and again while it is resumed, finishes with the same answer',
  async (signal) => {
    const simulator = await startSimulator({ script: FRAMES.script, honourKeys: true })
    try {
      const outcome = await runTrial(simulator, {
        cuts: [
          { line: 20, ms: 10 },
          { line: 0, ms: 900 },
        ],
        signal,
      })
      expect(outcome.faults).toEqual([])
      expect(outcome.cuts[0]?.after).toBeDefined()
    } finally {
      await simulator.stop()
    }
  },
)
