import type { Confinement, Reasoner, Sandbox } from '@writ/contract'
import type { AnyRecord } from '@writ/evidence'
import { describe, expect, it } from 'vitest'
import type { RecordedRun } from '../journal/recorded-run.ts'
import { sandboxGoingOn } from './recorded-sandbox.ts'
import { resumeRun } from './resume.ts'
import { forkRun } from './run-fork.ts'
import { guestAbi } from './run-records.ts'

type Level = Confinement['level']

const ABI = 'engine'
const LACK = 'bubblewrap is not installed'
const reasoner = { digest: 'prompts' } as Reasoner

/** A sandbox of which only its confinement is asked. */
function sandboxAt(level: Level): Sandbox {
  const lack = level === 'full' ? {} : { lack: LACK }
  return { confinement: { level, layers: [level], guestAbi: ABI, ...lack } } as unknown as Sandbox
}

/** A run that was cut off at its first read. */
function recordedAt(level: Level): RecordedRun {
  const det = {
    confinement: { level, layers: [level] },
    guestAbi: guestAbi(ABI, reasoner.digest),
    models: [{ id: 'm', maxLevel: 0 }],
  }
  const records = [
    { seq: 0, lane: '0', n: 0, kind: 'run.open', det, obs: {} },
    { seq: 1, lane: '0', n: 1, kind: 'context.read', det: { outcome: 'ok' }, obs: {} },
  ] as unknown as AnyRecord[]
  const beside = Buffer.from('{"seeds":{}}') // whatever is asked for
  return { run: 'r', key: new Uint8Array(32), records, payload: () => Promise.resolve(beside) }
}

const refused = expect.objectContaining({ code: 'RESUME_MISMATCH', message: expect.stringContaining(LACK) })

describe('a run that goes on', () => {
  it.each<[here: Level, recorded: Level]>([
    ['full', 'full'],
    ['full', 'reduced'],
    ['full', 'filtered'],
    ['filtered', 'filtered'],
    ['filtered', 'reduced'],
    ['reduced', 'reduced'],
  ])('at %s confinement keeps the level of its record, %s', (here, level) => {
    const { confinement } = sandboxGoingOn('r', sandboxAt(here), { level, layers: ['then'] })
    expect(confinement).toEqual({ level, layers: ['then'], guestAbi: ABI })
  })

  it('is refused where guest code is less confined than then', () => {
    const recorded = { level: 'full', layers: [] } as const
    expect(() => sandboxGoingOn('r', sandboxAt('reduced'), recorded)).toThrow(refused)
    expect(() => sandboxGoingOn('r', sandboxAt('filtered'), recorded)).toThrow(refused)
    const filtered = { level: 'filtered', layers: [] } as const
    expect(() => sandboxGoingOn('r', sandboxAt('reduced'), filtered)).toThrow(refused)
  })

  it('is refused where the record names a level there is not', () => {
    const unknown = { level: 'padded', layers: [] }
    expect(() => sandboxGoingOn('r', sandboxAt('full'), unknown)).toThrow('"padded"')
  })

  it('is refused before anything is opened for it', async () => {
    const sandbox = sandboxAt('reduced')
    const { signal } = new AbortController()
    const opened: string[] = []
    const open = (what: string) => () => {
      opened.push(what)
      return Promise.reject(new Error(what))
    }
    const reopen = open('a resume')
    const at = { lane: '0', n: 1 }
    const resume = (level: Level) => resumeRun(recordedAt(level), { sandbox, reasoner, signal, reopen })
    const fork = (level: Level) =>
      forkRun(recordedAt(level), { at }, { sandbox, reasoner, signal, open: open('a fork') })
    await expect(resume('full')).rejects.toThrow(refused)
    await expect(fork('full')).rejects.toThrow(refused)
    expect(opened).toEqual([])
    await expect(resume('reduced')).rejects.toThrow('a resume')
    await expect(fork('reduced')).rejects.toThrow('a fork')
  })
})
