import { type AnyRecord, canonicalJson, type RecordOf } from '@writ/evidence'
import {
  altered,
  closed,
  det,
  type Forgery,
  find,
  LOW,
  laidOpen,
  obs,
  ok,
  opened,
  recommitted,
  relabelled,
  spawned,
} from './keyed-alterations.fixture.ts'

// What may flow where: modes of children, labels, sealed values, and how the run is said to have ended. For tests only.

export const FLOWS: Readonly<Record<string, readonly Forgery[]>> = {
  'how a child stands to its parent': [
    det(
      'a decision left out',
      'shares',
      'frame.spawn',
      ({ det: { ceiling } }) => ({ ceiling: ceiling.slice(1) }),
      spawned('apart'),
    ),
    {
      name: 'blind, and said to be apart',
      of: 'shares',
      forge: ({ records }) => opened(records, 'blind', 'apart'),
    },
    {
      name: 'apart, and said to be blind',
      of: 'shares',
      forge: ({ records }) => opened(records, 'apart', 'blind'),
    },
    {
      name: 'apart, and said to be shared',
      of: 'shares',
      forge: ({ records }) => {
        const target = find(records, 'frame.spawn', spawned('apart'))
        return altered(records, target, ({ det: before }) => ({
          det: { ...before, mode: 'shared', share: null },
        }))
      },
    },
    det(
      'a decision turned round',
      'shares',
      'frame.spawn',
      ({ det: { ceiling } }) => ({
        ceiling: ceiling.map((decision, i) =>
          i === 0 ? { ...decision, verdict: 'allow' as const } : decision,
        ),
      }),
      spawned('apart'),
    ),
  ],
  'labels of who looked at a share': [
    {
      name: 'one that did not rise',
      of: 'shares',
      forge: ({ records }) => relabelled(records, '0.3', (before) => ({ ...before, level: 'internal' })),
    },
    {
      name: 'a turn decided before it rose',
      of: 'shares',
      forge: ({ records }) => {
        const last = records.findLast(
          (record) => record.lane === '0.3' && record.kind === 'model.call' && ok(record),
        ) as RecordOf<'model.call'>
        const decision = { ...last.det.decision, taint: LOW }
        return altered(records, last, ({ det: before }) => ({ det: { ...before, decision } }))
      },
    },
  ],
  'sealed values': [
    det('of nobody', 'shares', 'output.release', () => ({ sealed: ['0.9'] })),
    det('named twice', 'shares', 'output.release', ({ det: { sealed } }) => ({
      sealed: [...sealed, ...sealed],
    })),
    {
      name: 'without their label',
      of: 'shares',
      forge: ({ records }) => {
        const { label: mid } = find(records, 'frame.join', ({ lane }) => lane === '0').det
        const release = find(records, 'output.release')
        const lower = { ...release.det.label, level: mid.level }
        return records.map((record): AnyRecord => {
          if (record.kind === 'run.close') return { ...record, det: { ...record.det, label: lower } }
          if (record.kind !== 'output.release') return record
          const decision = record.det.decision && { ...record.det.decision, taint: lower }
          return { ...record, det: { ...record.det, label: lower, decision } }
        })
      },
    },
  ],
  'denials laid open': [
    {
      name: 'emptied',
      of: 'wide',
      forge: (run) => recommitted(run, find(run.records, 'run.close'), 'denials', '[]'),
    },
    {
      name: 'counted less',
      of: 'wide',
      forge: (run) => {
        const denials = JSON.parse(laidOpen(run, 'denials')) as { count: number }[]
        const text = canonicalJson(denials.map((denial) => ({ ...denial, count: 1 })))
        return recommitted(run, find(run.records, 'run.close'), 'denials', text)
      },
    },
    {
      name: 'one of them dropped',
      of: 'wide',
      forge: (run) => {
        const denials = JSON.parse(laidOpen(run, 'denials')) as unknown[]
        return recommitted(run, find(run.records, 'run.close'), 'denials', canonicalJson(denials.slice(1)))
      },
    },
  ],
  'status and reason': [
    {
      name: 'complete after a limit refused a step',
      of: 'limited',
      forge: ({ records }) => closed(records, { status: 'complete', reason: null }, { reason: null }),
    },
    {
      name: 'another limit',
      of: 'limited',
      forge: ({ records }) => closed(records, { reason: { code: 'DEPTH_EXCEEDED', data: {} } }, {}),
    },
    {
      name: 'incomplete with nothing that cut it short',
      of: 'wide',
      forge: ({ records }) =>
        closed(
          records,
          { status: 'incomplete', reason: { code: 'NO_ANSWER', data: {} } },
          { reason: 'It ended.' },
        ),
    },
    {
      name: 'failed with a release',
      of: 'wide',
      forge: ({ records }) =>
        closed(
          records,
          { status: 'failed', reason: { code: 'MODEL_FAILED', data: {} } },
          { reason: 'It failed.' },
        ),
    },
    {
      name: 'a reason in words alone',
      of: 'wide',
      forge: ({ records }) => closed(records, {}, { reason: 'It is a secret.' }),
    },
  ],
  'what the answer rests on': [
    {
      name: 'exact, where a model said it',
      of: 'wide',
      forge: ({ records }) => closed(records, { basis: 'exact' }, {}),
    },
    {
      name: 'nothing, where something was released',
      of: 'wide',
      forge: ({ records }) => closed(records, { basis: null }, {}),
    },
    {
      name: 'a model, where none was asked',
      of: 'builtin',
      forge: ({ records }) => closed(records, { basis: 'model' }, {}),
    },
    {
      name: 'leaves that are quoted',
      of: 'wide',
      forge: ({ records }) => {
        const { support } = find(records, 'run.close').det
        const all = (support?.quoted ?? 0) + (support?.unsupported ?? 0)
        return closed(records, { support: { quoted: all, computed: 0, unsupported: 0 } }, {})
      },
    },
    {
      name: 'leaves that are computed',
      of: 'wide',
      forge: ({ records }) => closed(records, { support: { quoted: 0, computed: 3, unsupported: 0 } }, {}),
    },
  ],
  coverage: [
    obs('fewer documents', 'wide', 'run.close', ({ obs: { coverage } }) => ({
      coverage: { ...coverage, documents: coverage.documents - 1 },
    })),
    obs('more searched than was', 'wide', 'run.close', ({ obs: { coverage } }) => ({
      coverage: { ...coverage, searched: coverage.bytes },
    })),
    obs('more documents touched than were', 'wide', 'run.close', ({ obs: { coverage } }) => ({
      coverage: { ...coverage, touched: coverage.documents },
    })),
    obs('less read than of single documents', 'wide', 'run.close', ({ obs: { coverage } }) => ({
      coverage: { ...coverage, read: coverage.touched },
    })),
    obs('more read than there is', 'wide', 'run.close', ({ obs: { coverage } }) => ({
      coverage: { ...coverage, read: coverage.bytes + 1 },
    })),
  ],
  'what the strategy was chosen for': [
    det('another size', 'wide', 'strategy.chosen', () => ({ contextBytes: 1 })),
    det('another window', 'wide', 'strategy.chosen', () => ({ contextWindow: 1 })),
  ],
}
