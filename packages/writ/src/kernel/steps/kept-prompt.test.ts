import type { KeptPrompt, Message } from '@writ/contract'
import { promptOf } from '@writ/contract'
import { expect, it } from 'vitest'
import { keptPrompt } from './kept-prompt.ts'

const say = (role: Message['role'], text: string): Message => ({ role, text })
const system = say('system', 'rules')

it('keeps of a turn what the turn before had not said, and gives all of it back', () => {
  const first = [system, say('user', 'a')]
  const second = [...first, say('assistant', 'b'), say('user', 'c')]
  const compacted = [system, say('user', '(earlier turns left out)'), say('user', 'd')]
  const turns = [first, second, compacted]
  const kept = turns.map((turn, at) => keptPrompt([turn], 'turn', turns[at - 1] ?? []))
  expect(kept.map(({ shared, items }) => [shared, items[0]?.length])).toEqual([
    [0, 2],
    [2, 2],
    [1, 2],
  ])
  let before: readonly Message[] = []
  for (const [at, one] of kept.entries()) {
    const [messages = []] = promptOf(JSON.parse(JSON.stringify(one)) as KeptPrompt, before)
    expect(messages).toEqual(turns[at])
    before = messages
  }
})

it('keeps the common beginning of sub-calls once', () => {
  const calls = [
    [system, say('user', 'x')],
    [system, say('user', 'y')],
  ]
  const kept = keptPrompt(calls, 'leaf', [say('system', 'of a turn')])
  expect(kept).toEqual({ shared: 0, common: [system], items: [[say('user', 'x')], [say('user', 'y')]] })
  expect(promptOf(kept, [])).toEqual(calls)
  expect(keptPrompt([], 'leaf', [])).toEqual({ shared: 0, common: [], items: [] })
})
