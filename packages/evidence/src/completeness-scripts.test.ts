import { type Det, NOTHING } from '@writ/contract'
import { describe, expect, it } from 'vitest'
import { change, judge, OPEN, SPAWN } from './altered-run.fixture.ts'
import type { Lane } from './completeness-lanes.ts'
import { checkScriptCall, checkSpawnedScript } from './completeness-scripts.ts'
import type { RecordOf } from './fold-run.ts'

const SCRIPT = { name: 'find-all', planHash: '0'.repeat(64) }

const differs = { data: expect.objectContaining({ code: 'SCRIPT_DIFFERS' }) }

function spawned(det: Partial<Det['frame.spawn']>, scripts = [SCRIPT]): void {
  const record = { ...SPAWN, det: { ...SPAWN.det, bound: NOTHING, ...det } } as RecordOf<'frame.spawn'>
  checkSpawnedScript(record, { ...OPEN.det, scripts }, 'records#/9')
}

function called(det: Partial<Det['model.call']>, lane: Partial<Lane>): void {
  const record = { det: { outcome: 'ok', role: 'leaf', items: 1, ...det } } as RecordOf<'model.call'>
  checkScriptCall(record, { asked: 0, ...lane } as Lane, 'records#/9')
}

describe('a child that follows a script', () => {
  const script = { ...SCRIPT, calls: 2 }

  it('follows one that the run names, with nothing held back for turns', () => {
    expect(() => spawned({ script })).not.toThrow()
    expect(() => spawned({ script }, [])).toThrow(expect.objectContaining(differs))
    expect(() => spawned({ script: { ...script, planHash: '1'.repeat(64) } })).toThrow(
      expect.objectContaining(differs),
    )
    expect(() => spawned({ script, bound: SPAWN.det.bound })).toThrow(expect.objectContaining(differs))
  })

  it('makes no more sub-calls than its text adds up to, and takes no turn', () => {
    const lane = { name: '0.1', script, asked: 0 }
    expect(() => called({ items: 2 }, lane)).not.toThrow()
    expect(() => called({}, { ...lane, asked: 2 })).toThrow(
      expect.objectContaining({ data: expect.objectContaining({ code: 'LIMIT_EXCEEDED' }) }),
    )
    expect(() => called({ outcome: 'limit' }, { ...lane, asked: 2 })).not.toThrow()
    expect(() => called({ items: 9 }, { ...lane, script: { ...script, calls: null } })).not.toThrow()
    expect(() => called({ role: 'turn' }, lane)).toThrow(expect.objectContaining(differs))
  })

  it('is found out where the whole run is judged', () => {
    expect(judge(change(SPAWN, { det: { script } }))).toContain('SCRIPT_DIFFERS')
  })
})
