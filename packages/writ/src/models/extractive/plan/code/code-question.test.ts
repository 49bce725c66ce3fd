import type { LinkList } from '@writ/contract'
import { describe, expect, it } from 'vitest'
import { exactLinks, planQuestion } from '../../plan-question.ts'

describe('a question of source', () => {
  it.each([
    ['Who calls parseArgs?', 'callers', 'parseArgs'],
    ['Which functions call `Command.parse()`?', 'callers', 'Command.parse'],
    ['where is the function src/a.ts#run called from?', 'callers', 'src/a.ts#run'],
    ['Please list the callers of $id', 'callers', '$id'],
    ['What does parse call?', 'callees', 'parse'],
    ['Which functions does the method A.b call?', 'callees', 'A.b'],
    ['Where is "helper" defined?', 'definition', 'helper'],
    ['Which functions write module-level state?', 'writers', '*'],
    ['What functions modify any global state?', 'writers', '*'],
    ['Who writes the variable cache?', 'writers', 'cache'],
    ['Which functions write cache?', 'writers', 'cache'],
    ['What breaks if run changes its signature?', 'breaks', 'run'],
    ['What would break if I change the signature of A.run?', 'breaks', 'A.run'],
  ])('%s', (question, asks, of) => {
    expect(planQuestion(question)).toMatchObject({ basis: 'passages', code: { asks, of } })
  })

  it.each([
    'Who calls the meeting to order?',
    'Who calls parse first?',
    'Why does parse call run?',
    'Where is the term "Fee" defined in each contract?',
    'What breaks if it rains?',
    'How many functions call parse?',
    'Who writes?',
  ])('is no other one: %s', (question) => {
    expect(planQuestion(question).code).toBeNull()
  })
})

describe('an answer by links', () => {
  const asked = { of: 'run', direction: 'in', kind: 'calls', limit: 2_000 } as const
  const of = { id: 'a.js#run', name: 'run', kind: 'function', doc: 'a.js', line: 1, exported: [] } as const
  const place = { start: 0, end: 1, text: 'r' }
  const link = {
    kind: 'call',
    from: null,
    inFunction: false,
    to: of.id,
    name: 'run',
    doc: 'a.js',
    line: 2,
  } as const
  const told: LinkList = {
    of: [{ ...of, ...place, body: [0, 1] }],
    links: [{ ...link, ...place, confidence: 'certain' }],
    truncated: false,
    files: 1,
    unread: { count: 0, docs: [] },
  }
  const uncertain = (confidence: 'likely' | 'name-only'): LinkList => ({
    ...told,
    links: [...told.links, { ...link, ...place, confidence }],
  })

  it('is exact where each link is certain, and all of one symbol', () => {
    expect(exactLinks('Who calls run?', asked, told)).toBe(true)
  })

  it.each([
    ['a link is only likely', asked, uncertain('likely')],
    ['a link is equal in name only', asked, uncertain('name-only')],
    ['the name means several', asked, { ...told, of: [...told.of, ...told.of] }],
    ['rows were cut', asked, { ...told, truncated: true }],
    ['a file may hold more', asked, { ...told, unread: { count: 1, docs: ['b.js'] } }],
    ['there is no source', asked, { ...told, files: 0 }],
    ['another symbol was asked about', { ...asked, of: 'walk' }, told],
    ['something else was asked', { ...asked, kind: 'writes' as const }, told],
    ['fewer rows were asked for', { ...asked, limit: 1 }, told],
  ])('is none where %s', (_why, request, list) => {
    expect(exactLinks('Who calls run?', request, list)).toBe(false)
  })
})
