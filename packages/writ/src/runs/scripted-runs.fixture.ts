import type { TextSource } from '@writ/contract'
import { block, type Script, sequence } from '@writ/simulator'

// Runs with what makes doing them again hard. For tests only.

export const QUESTION = 'SIMTASK:test What is in the documents?'
export const TEXTS: readonly TextSource[] = [
  { id: 'a.txt', text: 'Alpha has a needle in its first line.\nThe second line is plain.\n' },
  { id: 'b.txt', text: 'Beta has nothing.\n' },
]

/** Reads, a citation, variables across cells, random numbers, the clock, a value of the host. */
export const READING: Script = sequence([
  block("const found = await grep('needle', {}); let dice = Math.random(); print(found.matches.length)"),
  block(
    "const cited = await cite(found.matches[0], 'needle'); print(await budget().then((left) => left.depth))",
  ),
  block('FINAL({ dice, next: Math.random(), quote: cited.quote, at: Date.now() });'),
])

/** Sub-calls side by side, a batch, and a read among them. */
export const PARALLEL: Script = sequence([
  block(`
    const calls = Array.from({ length: 4 }, (_, n) => llm_query('item ' + n))
    const [batch] = await Promise.all([llm_query_batched(['x', 'y', 'z']), read('b.txt')])
    const all = await Promise.all(calls)
    print(all.length)`),
  block('FINAL({ all, batch })'),
])

/** Equal sub-calls: side by side, in a batch, in a later cell, in two children at once, and a vote that merges none. */
export const REPEATED: Script = (request) => {
  if (request.task === 'child') return block("FINAL(await llm_query_batched(['x', 'of the children', 'z']))")
  if (request.task === null) return { kind: 'text', text: `${request.prompt}!`, delayMs: 5 }
  return ROOT_REPEATING(request)
}

const ROOT_REPEATING: Script = sequence([
  block(`
    const twice = await Promise.all([llm_query('x'), llm_query('x')])
    const batch = await llm_query_batched(['y', 'x', 'y', 'z', 'w'])`),
  block(`
    const again = await llm_query_batched(['y', 'z', 'w', 'new'])
    const whole = await llm_query_batched(['y', 'z', 'w'])
    const voted = await vote(2, () => llm_query('x'))
    const fresh = await llm_query('x', { fresh: true })`),
  block("const got = await rlm_query_batched(['SIMTASK:child a', 'SIMTASK:child b'])"),
  block('FINAL({ twice, batch, again, whole, voted: voted.votes, fresh, got })'),
])

const TYPE = "{ type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] }"

/** Sub-calls with a schema, one of which is asked again, beside one that never fits. */
export const TYPED: Script = (request) => {
  if (request.task === null) {
    const first = request.messages.find(({ role }) => role === 'user')?.content
    const again = request.prompt !== first
    if (first === 'never') return 'never'
    return first === 'late' && !again ? '{"n":"late"}' : `{"n":${first?.length ?? 0}}`
  }
  return request.turns === 0
    ? block(`
      const schema = ${TYPE}
      const [one, batch] = await Promise.all([
        llm_query('late', { schema }),
        llm_query_batched(['a', 'late', 'never', 'bb'], { schema, settle: true }),
        llm_query('a text'),
      ])`)
    : block('FINAL({ one, batch: batch.map((item) => item.value ?? item.error.name) })')
}

/** An answer that a verifier doubts while it cites nothing; the same question of a verifier always gets the same. */
export const DOUBTED: Script = (request) => {
  const [system, goal] = request.messages
  if (system?.content.startsWith('You are a verifier') === true) {
    const supported = goal?.content.includes('It cites nothing') !== true
    return block(
      `const seen = await read('a.txt'); FINAL([{ claim: 'a needle', supported: ${supported}, why: seen.slice(0, 5) }])`,
    )
  }
  return ROOT_IN_DOUBT(request)
}

const ROOT_IN_DOUBT: Script = sequence([
  block("const found = await grep('needle', {}); FINAL({ word: 'needle' })"),
  block("await cite(found.matches[0], 'needle'); FINAL({ word: 'needle' })"),
])

/** An answer of which another frame doubts a leaf, which two more are asked for; equal questions get equal answers. */
export const VOTED: Script = ({ messages }) => {
  const said = messages.map(({ content }) => content).join('\n')
  if (!said.includes('depth 1 of')) return block("FINAL({ word: 'needle', lines: 2 })")
  if (said.includes('Find what is missing')) return block("FINAL({ '/lines': 2 })")
  return block("const seen = await read('a.txt'); FINAL({ word: 'Needle', lines: seen.split('\\n').length })")
}

/** Sub-calls of which one is enough: it ends what is under way, and what was not asked for is not. */
export const ENOUGH: Script = ({ task, turns, messages }) => {
  if (task === null) {
    const prompt = messages.at(-1)?.content ?? ''
    return prompt === 'item 1' ? 'found' : { kind: 'text', text: 'late', delayMs: 60_000 }
  }
  return turns === 0
    ? block(`
      const seen = await map([0, 1, 2], (n) => llm_query('item ' + n), { until: (said) => said === 'found' })
      const votes = await vote(5, async () => (await budget()).depth, { calls: 0, enough: 2 })`)
    : block("FINAL({ seen, votes, last: await llm_query('item 1') })")
}

/** Children with texts of their own and a grandchild with its parent's scope; `leaf` answers the sub-calls. */
export function nested(leaf: Script): Script {
  return (request) => {
    if (request.task === 'grand') return block("FINAL(await llm_query('deep'))")
    if (request.task === 'child')
      return request.turns === 0
        ? block(
            "const mine = String(context); const deep = await rlm_query('SIMTASK:grand x', { scope: 'inherit' })",
          )
        : block('FINAL(mine.length + deep)')
    if (request.task === null) return leaf(request)
    return request.turns === 0
      ? block(
          "const got = await rlm_query_batched([{ prompt: 'SIMTASK:child a', context: 'a text' }, { prompt: 'SIMTASK:child b', context: 'another' }])",
        )
      : block("FINAL([got, await llm_query('last')])")
  }
}
