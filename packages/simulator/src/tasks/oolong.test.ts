import { describe, expect, it } from 'vitest'
import { madeQuestions, readTrec } from './labels.ts'
import { oolongQuestions } from './oolong-questions.ts'
import { itemsIn, type OolongItem, oolongWindow } from './oolong-window.ts'
import { goldPairs, madePairsQuestions } from './pairs-task.ts'

describe('oolongWindow', () => {
  it('holds as many items as the windows that were published', () => {
    expect([8_192, 32_768, 131_072].map(itemsIn)).toEqual([188, 787, 3_182])
  })

  it('is the same for a seed and another one for another seed', () => {
    const text = (seed: string): string => oolongWindow(8_192, seed, madeQuestions()).text
    expect(text('a')).toBe(text('a'))
    expect(text('a')).not.toBe(text('b'))
  })

  it('has a line for each item, and says how many', () => {
    const { items, text } = oolongWindow(8_192, 'a', madeQuestions())
    const lines = text.match(/^Date: [A-Z][a-z]{2} \d\d, \d{4} \|\| User: \d{5} \|\| Instance: .+$/gm)
    expect(lines).toHaveLength(188)
    expect(text).toContain('The following lines contain 188 general-knowledge questions')
    const users = new Set(items.map(({ user }) => user))
    expect(users.size).toBeGreaterThan(40) // real windows have about 0.3 users an item
    expect(users.size).toBeLessThan(75)
  })
})

describe('oolongQuestions', () => {
  const { items } = oolongWindow(8_192, 'a', madeQuestions())

  it('asks 25 questions of all families, each with one answer', () => {
    const questions = oolongQuestions(items, 'a')
    expect(questions).toHaveLength(25)
    expect(Map.groupBy(questions, ({ family }) => family).get('timeline')).toHaveLength(8)
    expect(new Set(questions.map(({ text }) => text)).size).toBe(25)
    expect(oolongQuestions(items, 'a')).toEqual(questions)
  })

  it('knows the answers', () => {
    const gold = new Map(
      oolongQuestions(items, 'a').map(({ spec, gold: answer }) => [JSON.stringify(spec), answer]),
    )
    const counts = [...Map.groupBy(items, ({ label }) => label)].sort(([, a], [, b]) => b.length - a.length)
    expect(gold.get('{"kind":"extreme-label","most":true}')).toBe(counts[0]?.[0])
    for (const [key, answer] of gold) {
      const spec = JSON.parse(key) as { kind: string; label?: string; over?: object }
      if (spec.kind !== 'count-label' || spec.over !== undefined) continue
      expect(answer).toBe(String(items.filter(({ label }) => label === spec.label).length))
    }
  })
})

describe('goldPairs', () => {
  const item = (user: number, label: OolongItem['label'], day = '2023-05-01'): OolongItem => ({
    user,
    label,
    day,
    text: '',
  })
  const [either, late, roles] = madePairsQuestions()

  it('pairs users that both fit, whatever the order of the items', () => {
    const items = [item(3, 'location'), item(1, 'numeric value'), item(2, 'entity')]
    expect([...goldPairs(either ?? fail(), items)]).toEqual(['1,3'])
  })

  it('takes a rule of dates as strict, and as kept where there is nothing to date', () => {
    const items = [
      item(1, 'location', '2023-02-01'), // on the day, not after it
      item(2, 'location', '2023-02-02'),
      item(3, 'numeric value', '2022-01-01'),
    ]
    expect([...goldPairs(late ?? fail(), items)]).toEqual(['2,3'])
  })

  it('lets either of two users play either role, and counts exactly', () => {
    const able = [item(9, 'entity'), item(9, 'entity'), item(9, 'numeric value')]
    const one = item(4, 'human being')
    expect([...goldPairs(roles ?? fail(), [...able, one])]).toEqual(['4,9'])
    expect([...goldPairs(roles ?? fail(), [...able, one, one])]).toEqual([])
  })
})

describe('readTrec', () => {
  it('leaves out what has two labels', () => {
    const file = 'NUM:count How many ?\nHUM:ind Who ?\nLOC:city Who ?\nNUM:date How many ?\n'
    expect(readTrec(file)).toEqual([{ text: 'How many ?', label: 'numeric value' }])
  })
})

function fail(): never {
  throw new Error('there is no such question')
}
