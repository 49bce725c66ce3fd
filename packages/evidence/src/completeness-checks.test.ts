import type { Det } from '@writ/contract'
import { describe, expect, it } from 'vitest'
import { checkChecks, checkSupported } from './completeness-checks.ts'
import type { Lane } from './completeness-lanes.ts'
import type { RecordOf } from './fold-run.ts'

type Checks = NonNullable<Det['output.release']['checks']>

const PASSED = { check: 'citations', outcome: 'passed', checked: 2, failed: 0, code: null } as const
const CLAIMS = { check: 'claims', outcome: 'failed', checked: 2, failed: 1, code: null } as const

function judge(
  checks: Checks | undefined,
  asked: ('citations' | 'claims' | 'validators')[],
  det: object = {},
  lane: Partial<Lane> = { verified: false },
): void {
  const problems = checks === undefined ? {} : { checks, problems: '0' }
  const record = { det: { outcome: 'ok', code: null, ...problems, ...det } } as RecordOf<'output.release'>
  checkChecks(record, lane as Lane, asked, 'records#/9')
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
})
