import type { Det } from '@writ/contract'
import { describe, expect, it } from 'vitest'
import { checkAsked, checkChecks, checkSupported } from './completeness-checks.ts'
import type { Lane } from './completeness-lanes.ts'
import type { RecordOf } from './fold-run.ts'

type Checks = NonNullable<Det['output.release']['checks']>

const PASSED = { check: 'citations', outcome: 'passed', checked: 2, failed: 0, code: null } as const
const CLAIMS = { check: 'claims', outcome: 'failed', checked: 2, failed: 1, code: null } as const

function judge(
  checks: Checks | undefined,
  asked: ('citations' | 'claims' | 'votes' | 'validators')[],
  det: object = {},
  lane: Partial<Lane> = {},
  votes?: number,
): void {
  const problems = checks === undefined ? {} : { checks, problems: '0' }
  const record = { det: { outcome: 'ok', code: null, ...problems, ...det } } as RecordOf<'output.release'>
  const known = Object.assign(lane, { verified: false, validated: false, voted: 0, ...lane })
  checkChecks(record, known, { checks: asked, ...(votes === undefined ? {} : { votes }) }, 'records#/9')
}

const refused = { data: expect.objectContaining({ code: 'CHECK_DIFFERS' }) }

describe('checks of a release', () => {
  it('are those the run asked for', () => {
    expect(() => judge(undefined, [])).not.toThrow()
    expect(() => judge([PASSED], ['citations'])).not.toThrow()
    expect(() => judge(undefined, ['citations'])).toThrow(expect.objectContaining(refused))
    expect(() => judge([PASSED], [])).toThrow(expect.objectContaining(refused))
    expect(() => judge([PASSED, PASSED], ['citations'])).toThrow(expect.objectContaining(refused))
  })

  it('need not be there where the release was refused before them', () => {
    expect(() => judge(undefined, ['citations'], { outcome: 'error', code: 'INVALID_ANSWER' })).not.toThrow()
  })

  it.each([
    { ...PASSED, failed: 1 },
    { ...PASSED, outcome: 'failed' },
    { ...PASSED, outcome: 'undone' },
    { ...PASSED, code: 'DEPTH_EXCEEDED' },
    { ...PASSED, outcome: 'failed', failed: 3 },
    { ...CLAIMS, outcome: 'passed', checked: 0, failed: 0 },
  ] as const)('say one thing: %o', (check) => {
    expect(() => judge([check], [check.check], {}, { verified: true })).toThrow(
      expect.objectContaining(refused),
    )
  })

  it('of claims need a verifier that came back', () => {
    expect(() => judge([CLAIMS], ['claims'], {}, { verified: true })).not.toThrow()
    expect(() => judge([CLAIMS], ['claims'])).toThrow(expect.objectContaining(refused))
  })

  it('of claims need a verifier for each release', () => {
    const lane = { verified: true }
    const release = (): void => judge([CLAIMS], ['claims'], {}, lane)
    expect(release).not.toThrow()
    expect(release).toThrow(expect.objectContaining(refused))
  })

  it('of validators are passed, and were made', () => {
    const passed = { ...PASSED, check: 'validators' } as const
    expect(() => judge([passed], ['validators'], {}, { validated: true })).not.toThrow()
    expect(() => judge([passed], ['validators'])).toThrow(expect.objectContaining(refused))
    const failed = { ...passed, outcome: 'failed', failed: 1 } as const
    expect(() => judge([failed], ['validators'], {}, { validated: true })).toThrow(
      expect.objectContaining(refused),
    )
  })

  it('failed where a release went back for them', () => {
    const back = { outcome: 'error', code: 'CHECKS_FAILED' }
    expect(() => judge([CLAIMS], ['claims'], back, { verified: true })).not.toThrow()
    expect(() => judge([PASSED], ['citations'], back)).toThrow(expect.objectContaining(refused))
    expect(() => judge(undefined, ['citations'], back)).toThrow(expect.objectContaining(refused))
  })

  it('count the leaves that the close counts', () => {
    const support = { quoted: 2, computed: 0, unsupported: 0 }
    expect(() => checkSupported([PASSED], support, '')).not.toThrow()
    expect(() => checkSupported([PASSED], { ...support, unsupported: 1 }, '')).toThrow(
      expect.objectContaining(refused),
    )
  })

  it('count no more votes than voters came back', () => {
    const counts = { asked: 3, came: 2, agreeing: 2, again: 0 }
    const check = {
      check: 'votes',
      outcome: 'passed',
      checked: 1,
      failed: 0,
      code: null,
      votes: counts,
    } as const
    const judged = (votes: object, voted = 1, asked = 3): (() => void) => {
      return () => judge([{ ...check, votes: { ...counts, ...votes } }], ['votes'], {}, { voted }, asked)
    }
    const refusal = expect.objectContaining(refused)
    expect(judged({})).not.toThrow()
    expect(judged({ again: 1 }, 2)).not.toThrow()
    expect(judged({}, 0)).toThrow(refusal)
    expect(judged({ again: 1 })).toThrow(refusal)
    expect(judged({ came: 4 }, 3)).toThrow(refusal)
    expect(judged({ agreeing: 3 })).toThrow(refusal)
    expect(judged({ came: 1, agreeing: 1 })).toThrow(refusal)
    expect(judged({}, 1, 5)).toThrow(refusal)
    expect(() => judge([{ ...PASSED, votes: counts }], ['citations'], {}, { voted: 1 }, 3)).toThrow(refusal)
    expect(() => checkAsked({ checks: ['votes'] }, '')).toThrow(refusal)
    expect(() => checkAsked({ votes: 3 }, '')).toThrow(refusal)
    expect(() => checkAsked({ verifier: [] }, '')).toThrow(refusal)
    expect(() => checkAsked({ checks: ['claims'], verifier: [] }, '')).toThrow(refusal)
  })
})
