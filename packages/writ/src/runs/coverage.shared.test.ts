import { label } from '@writ/contract'
import { block, sequence } from '@writ/simulator'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type ScriptedHome, scriptedHome } from './scripted-home.fixture.ts'

// What an answer, its evidence and a look at the run say of each document: how much was read, searched only, never touched.

let home: ScriptedHome

beforeAll(async () => {
  home = await scriptedHome()
})
afterAll(() => home.close())

const TEXTS = [
  { id: 'read.txt', text: 'One line that is read.\n' },
  { id: 'searched.txt', text: 'Another line.\n' },
  { id: 'never.txt', text: 'Nobody looks here.\n' },
]

const ROOT = sequence([
  block(
    "const seen = await read('read.txt', 0, 8); await grep('no such word', { docs: ['searched.txt'] }); print(seen)",
  ),
  block("FINAL('done')"),
])

it('is told of each document, in the answer, the evidence and the run', async () => {
  const { answer } = await home.ask(ROOT, {}, { context: TEXTS })
  const perDocument = [
    { doc: 'read.txt', bytes: 23, searched: false, read: 8 },
    { doc: 'never.txt', bytes: 19, searched: false, read: 0 },
    { doc: 'searched.txt', bytes: 14, searched: true, read: 0 },
  ]
  expect(answer.coverage).toEqual({ documents: 3, bytes: 56, touched: 1, searched: 14, read: 8, perDocument })
  expect((await home.verify(answer)).verdicts.filter(({ result }) => result === 'fail')).toEqual([])
  expect((await home.replay(answer.run)).outcome).toBe('IDENTICAL')
  const { coverage } = await home.within((writ) => writ.show(answer.run))
  expect(coverage).toEqual(answer.coverage)
  const all = perDocument.map((one) => ({ ...one, read: one.bytes }))
  const told = { ...answer, coverage: { ...answer.coverage, perDocument: all } }
  const { verdicts } = await home.verify(told)
  expect(verdicts.filter(({ result }) => result === 'fail')).toMatchObject([{ code: 'ANSWER_MISMATCH' }])
})

it('names no document whose label is above that of the answer', async () => {
  const secret = { id: 'secret.txt', text: 'Nobody may know of this.\n', label: label('restricted') }
  const { answer } = await home.ask(ROOT, {}, { context: [...TEXTS, secret] })
  expect(answer.coverage.documents).toBe(4)
  expect(answer.coverage.perDocument?.map(({ doc }) => doc)).toEqual([
    'read.txt',
    'never.txt',
    'searched.txt',
  ])
})

it('does not count what frames looked at that check the answer: it may rest on nothing of that', async () => {
  const verifier = block(
    "await read('read.txt'); FINAL([{ claim: 'it is done', supported: true, why: 'read.txt' }])",
  )
  const root = block("FINAL({ done: 'yes' })")
  const { answer } = await home.ask(
    ({ messages: [system] }) => (system?.content.startsWith('You are a verifier') === true ? verifier : root),
    {},
    { context: TEXTS, verify: ['claims', 'votes:3'] },
  )
  expect(answer.checks?.map(({ outcome }) => outcome)).toEqual(['passed', 'passed'])
  expect(answer.coverage).toMatchObject({
    touched: 0,
    searched: 0,
    read: 0,
    checks: { touched: 1, searched: 0, read: 23 },
  })
  expect(answer.coverage.perDocument?.every(({ read, searched }) => read === 0 && !searched)).toBe(true)
  expect((await home.verify(answer)).verdicts.filter(({ result }) => result === 'fail')).toEqual([])
  expect((await home.replay(answer.run)).outcome).toBe('IDENTICAL')
})
