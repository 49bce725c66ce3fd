import { describe, expect, it } from 'vitest'
import { FAULTS, STALLS, withFaults } from './faults.ts'
import type { Reply } from './reply.ts'
import { readRequest, type SimRequest } from './request.ts'
import { BAD_ROOTS, failingFirst, fanOut, leafEcho, sequence, tree } from './roots.ts'
import { playing, type SimTask } from './tasks/sim-task.ts'

/** A request whose first user message is `goal`, after some turns. */
function request(goal: string, turns = 0, content = goal): SimRequest {
  const conversation = Array.from({ length: turns }, (_, n) => [
    { role: 'assistant', content: `turn ${n}` },
    { role: 'user', content: 'output' },
  ]).flat()
  const messages = [{ role: 'system', content: 'you are' }, { role: 'user', content }, ...conversation]
  const read = readRequest(1, JSON.stringify({ model: 'm', messages }), {})
  if (read === undefined) throw new Error('no request')
  return read
}

describe('roots', () => {
  it('tells a root by the marker in its task and gives its turns one after another', () => {
    const script = sequence(['first', 'second'])
    expect([0, 1, 2, 9].map((turns) => script(request('SIMTASK:a do it', turns)))).toEqual([
      'first',
      'second',
      'second',
      'second',
    ])
    expect(script(request('no marker'))).toBe('ECHO no marker')
  })

  it('does not take a marker in a later message for a task', () => {
    const messages = [
      { role: 'user', content: 'plain' },
      { role: 'assistant', content: 'x' },
      { role: 'user', content: 'SIMTASK:a' },
    ]
    expect(readRequest(1, JSON.stringify({ model: 'm', messages }), {})?.task).toBeNull()
  })

  it('keeps tasks apart, and refuses what no task is marked with', () => {
    const task = (id: string): SimTask => ({
      id,
      name: '',
      question: '',
      context: [],
      root: () => `root ${id}`,
      score: () => 1,
    })
    const script = playing([task('a'), task('b')], { 'leaf.x': () => 'leaf' })
    const said = ['SIMTASK:a', 'SIMTASK:b', 'SIMTASK:leaf.x'].map((goal) => script(request(goal)))
    expect(said).toEqual(['root a', 'root b', 'leaf'])
    for (const goal of ['SIMTASK:c', 'x']) expect(() => script(request(goal))).toThrow('no task is marked')
  })

  it('reads content given as parts', () => {
    const messages = [{ role: 'user', content: [{ type: 'text', text: 'SIMTASK:p hi' }] }]
    expect(readRequest(1, JSON.stringify({ model: 'm', messages }), {})).toMatchObject({
      task: 'p',
      prompt: 'SIMTASK:p hi',
    })
  })

  it('writes blocks that are JavaScript, but for the one that must not be', () => {
    const scripts = [fanOut(3), tree(2, 2), ...Object.values(BAD_ROOTS).map((turns) => sequence(turns))]
    const codes = scripts.flatMap((script) =>
      [0, 1, 2].map((turns) => JSON.stringify(script(request('SIMTASK:x', turns)))),
    )
    const broken = codes
      .map((json): string => JSON.parse(json))
      .flatMap((text) => [...text.matchAll(/```repl\n([\s\S]*?)\n```/g)].map((match) => match[1] ?? ''))
      .filter((code) => !parses(code))
    expect(broken).toEqual(['const = ;'])
  })

  it('makes a tree whose innermost frames ask a leaf', () => {
    const script = tree(2, 3)
    expect(script(request('SIMTASK:root'))).toContain('SIMTASK:level-1')
    expect(script(request('SIMTASK:level-1 part 0'))).toContain('SIMTASK:level-2')
    expect(script(request('SIMTASK:level-2 part 0'))).toContain(
      "llm_query('leaf of level 2', { fresh: true })",
    )
  })

  it('fails the first attempts at each request by its content', () => {
    const script = failingFirst([{ kind: 'status', status: 500 }], leafEcho)
    const outcomes = ['a', 'b', 'a', 'b'].map((goal) => script(request(goal)))
    expect(outcomes).toEqual([
      { kind: 'status', status: 500 },
      { kind: 'status', status: 500 },
      'ECHO a',
      'ECHO b',
    ])
  })
})

describe('withFaults', () => {
  const goals = Array.from({ length: 400 }, (_, n) => `item ${n}`)
  const draw = (order: readonly string[], seed: string, rate: number): Map<string, unknown> => {
    const script = withFaults({ rate, seed }, () => 'fine')
    return new Map(order.map((goal) => [goal, script(request(goal))]))
  }

  it('draws the same faults whatever the order, and others for another seed', () => {
    const forward = draw(goals, 's', 0.3)
    expect(draw(goals.toReversed(), 's', 0.3).get('item 7')).toEqual(forward.get('item 7'))
    const backward = draw(goals.toReversed(), 's', 0.3)
    expect(goals.every((goal) => backward.get(goal) === forward.get(goal))).toBe(true)
    const other = draw(goals, 't', 0.3)
    expect(goals.some((goal) => other.get(goal) !== forward.get(goal))).toBe(true)
  })

  it('fails about as many as asked, with every kind', () => {
    const failed = [...draw(goals, 's', 0.3).values()].filter((reply) => reply !== 'fine')
    expect(failed.length).toBeGreaterThan(80)
    expect(failed.length).toBeLessThan(160)
    expect(new Set(failed).size).toBe(Object.keys(FAULTS).length)
    expect([...draw(goals, 's', 0).values()].every((reply) => reply === 'fine')).toBe(true)
  })

  it('draws what never ends by itself only where it is named', () => {
    const stalls = Object.values(STALLS)
    expect([...draw(goals, 's', 1).values()].some((reply) => stalls.includes(reply as Reply))).toBe(false)
    const script = withFaults({ rate: 1, seed: 's', kinds: Object.keys(STALLS) }, () => 'fine')
    expect(new Set(goals.map((goal) => script(request(goal))))).toEqual(new Set(stalls))
  })
})

function parses(code: string): boolean {
  const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor
  try {
    new AsyncFunction(code)
    return true
  } catch {
    return false
  }
}
