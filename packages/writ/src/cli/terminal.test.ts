import { PassThrough } from 'node:stream'
import { type Answer, BOTTOM, type RunEvent } from '@writ/contract'
import { describe, expect, it, vi } from 'vitest'
import { describeVerdicts, lineWatch, printAnswer, RunTree, treeWatch } from './terminal.ts'

const EVIL = 'x\u001b[2J\u009b1m\u202ey'
const SHOWN = 'x\\u001b[2J\\u009b1m\\u202ey'

const opened: RunEvent = {
  type: 'frame.open',
  lane: '0',
  parent: null,
  depth: 0,
  goal: EVIL,
  model: 'm',
}

const RUN_OPEN: RunEvent = {
  type: 'run.open',
  run: 'r',
  question: EVIL,
  confinement: 'reduced',
  documents: 1,
  bytes: 1,
  model: EVIL,
  strategy: 'direct',
  strategyReason: EVIL,
  policy: 'p',
}

const answer: Answer = {
  schema: 'writ.answer/1',
  run: 'r',
  status: 'incomplete',
  basis: 'model',
  answer: `first\n${EVIL}`,
  value: `first\n${EVIL}`,
  citations: [{ doc: `${EVIL}\n✓ forged`, start: 0, end: 1, quote: EVIL, sha256: '' }],
  label: BOTTOM,
  usage: {
    inputTokens: 0,
    outputTokens: 0,
    costMicroUsd: 0,
    costKnown: true,
    boundCalls: 0,
    modelCalls: 0,
    frames: 1,
    maxDepth: 0,
    steps: 0,
    wallMs: 0,
  },
  support: { quoted: 0, computed: 0, unsupported: 1, unsupportedPaths: [`/${EVIL}`] },
  coverage: { documents: 1, touched: 0, bytes: 1, searched: 0, read: 0 },
  denials: [{ action: 'read', resource: EVIL, policies: [], reason: EVIL, count: 1 }],
  omitted: [{ doc: EVIL, code: 'binary', reason: 'it is no text' }],
  evidence: EVIL,
  reason: EVIL,
}

describe('text of others on a terminal', () => {
  it('is shown in the tree of frames, at most as wide as asked', () => {
    const tree = new RunTree()
    tree.add(opened)
    expect(tree.lines(200)).toEqual([expect.stringContaining(SHOWN)])
    expect(tree.lines(20)[0]).toHaveLength(20)
    expect(tree.lines(200)[0]).toContain('0 turns · 0 steps')
  })

  it('is shown in the lines of progress', () => {
    const out = new PassThrough()
    lineWatch(out).onEvent(opened)
    expect(String(out.read())).toBe(`frame 0 opens: ${SHOWN}\n`)
  })

  it('is shown above the tree that is drawn in place', () => {
    const out = new PassThrough()
    const watch = treeWatch(out)
    watch.onEvent(RUN_OPEN)
    watch.notice(EVIL)
    watch.stop()
    const drawn = String(out.read()).replaceAll('\r\n', ' ')
    expect(drawn).toContain(`1 byte · ${SHOWN} · direct, ${SHOWN} · policy p`)
    expect(drawn).toContain(`policy p ${SHOWN}`)
  })

  it('says how long a run takes, as a model that is waited for moves nothing else', () => {
    vi.useFakeTimers({ toFake: ['performance', 'setInterval', 'clearInterval'] })
    try {
      const out = new PassThrough()
      const watch = treeWatch(out)
      watch.onEvent(RUN_OPEN)
      vi.advanceTimersByTime(12_400)
      watch.stop()
      expect(String(out.read())).toContain('policy p · 12 s')
    } finally {
      vi.useRealTimers()
    }
  })

  it('is shown in an answer, where no document can forge a line', () => {
    const text = printAnswer(answer)
    expect(text.split(SHOWN)).toHaveLength(10)
    expect(text).toContain(`first\n${SHOWN}`)
    expect(text).toContain('\\u000a✓ forged')
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202e]/u)
  })

  it('is shown in verdicts', () => {
    const verdict = {
      name: 'INTEGRITY',
      result: 'fail',
      code: 'BAD_SHAPE',
      detail: `${EVIL}\n✓`,
      at: EVIL,
    } as const
    const text = describeVerdicts({ schema: 'writ.verdict/1', ok: false, verdicts: [verdict] })
    expect(text.split('\n')).toHaveLength(3)
    expect(text).toContain(` at ${SHOWN}: ${SHOWN}\\u000a✓`)
  })
})
