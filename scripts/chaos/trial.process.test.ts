import { startSimulator } from '@writ/simulator'
import { expect, it } from 'vitest'
import { script } from './script.ts'
import { runTrial } from './trial.ts'

// A small part of `npm run chaos`, which ends processes at hundreds of random points.

it.each(['SIGKILL', 'SIGTERM'] as const)(
  'a run whose process is ended by %s, and again while it is resumed, finishes with the same answer',
  async (signal) => {
    const simulator = await startSimulator({ script, honourKeys: true })
    try {
      const outcome = await runTrial(simulator, { cuts: [1_500, 1_200], signal })
      expect(outcome.faults).toEqual([])
      expect(outcome.lives).toBeGreaterThan(0)
    } finally {
      await simulator.stop()
    }
  },
)
