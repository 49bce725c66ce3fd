import fc from 'fast-check'

// Random scripts made of the combinators. For tests only.

/** A list that a script can begin with. */
const source = fc.oneof(
  fc.constant('await docs()'),
  fc.integer({ min: 1, max: 4 }).map((limit) => `await docs({ limit: ${limit} })`),
  fc.integer({ min: 1, max: 3 }).map((docs) => `await split(context, { docs: ${docs} })`),
  fc
    .integer({ min: 2_000, max: 30_000 })
    .map((bytes) => `await split(await docs({ limit: 3 }), { bytes: ${bytes} })`),
  fc.constant('await split(await docs({ limit: 2 }), { outline: true })'),
  fc.integer({ min: 1, max: 6 }).map((k) => `await search('license', { k: ${k} })`),
  fc.integer({ min: 1, max: 5 }).map((limit) => `(await grep('the', { limit: ${limit} })).matches`),
  fc.array(fc.nat(9), { maxLength: 5 }).map((items) => JSON.stringify(items)),
)

/** A callback that asks so many times, one after another or at once; `over` asks more than is stated. */
interface Work {
  readonly calls: number
  readonly over: boolean
  readonly code: string
}

const work: fc.Arbitrary<Work> = fc
  .record({
    calls: fc.nat(3),
    over: fc.integer({ min: 0, max: 9 }).map((at) => at === 0),
    how: fc.constantFrom('one', 'batch', 'nested', 'found', 'vote', 'enough'),
  })
  .map(({ calls, over, how }) => {
    const asks = calls + (over ? 1 : 0)
    const list = JSON.stringify(Array.from({ length: asks }, (_, n) => `ask ${n}`))
    const body = {
      one: `for (const said of ${list}) await llm_query(said)`,
      batch: `await llm_query_batched(${list})`,
      nested: `await map(${list}, async (said) => await llm_query(said))`,
      found: `await map(${list}, async (said) => await llm_query(said), { until: () => true })`,
      enough: asks === 0 ? '' : `await vote(${asks}, async () => await llm_query('again'), { enough: 1 })`,
      vote: asks === 0 ? '' : `await vote(${asks}, async () => await llm_query('again'))`,
    }[how]
    return { calls, over, code: `async (one) => { ${body}; return one }` }
  })

const stage = fc.oneof(
  work.map((each) => ({ ...each, code: `await map(items, ${each.code}, { calls: ${each.calls} })` })),
  work.map((each) => ({ ...each, code: `await filter(items, ${each.code}, { calls: ${each.calls} })` })),
  fc.integer({ min: 1, max: 3 }).map((votes) => ({
    over: false,
    code: `await verify(items, { votes: ${votes}, claim: () => 'it holds' })`,
  })),
)

const end = fc.oneof(
  fc.tuple(work, work).map(([one, other]) => ({
    over: one.over || other.over,
    code: `FINAL((await Promise.all([map(items, ${one.code}, { calls: ${one.calls} }), filter(items, ${other.code}, { calls: ${other.calls} })])).length)`,
  })),
  fc.constant({ over: false, code: 'FINAL(items.length)' }),
  fc.record({ each: work, width: fc.integer({ min: 2, max: 4 }) }).map(({ each, width }) => ({
    over: each.over,
    code: `FINAL(items.length === 0 ? 0 : await reduce(items, ${each.code}, { calls: ${each.calls}, width: ${width} }))`,
  })),
  fc.record({ each: work, count: fc.integer({ min: 1, max: 4 }) }).map(({ each, count }) => ({
    over: each.over,
    code: `FINAL((await vote(${count}, ${each.code}, { calls: ${each.calls} })).of)`,
  })),
)

/** A script of combinators, one after another and side by side; `over` says whether one asks more than it states. */
export const randomScript: fc.Arbitrary<{ readonly over: boolean; readonly text: string }> = fc
  .record({ first: source, stages: fc.array(stage, { maxLength: 3 }), last: end })
  .map(({ first, stages, last }) => {
    const lines = [`const items0 = ${first}`]
    for (const [at, { code }] of stages.entries())
      lines.push(`const items${at + 1} = ${code.replaceAll('items', `items${at}`)}`)
    lines.push(last.code.replaceAll('items', `items${stages.length}`))
    const over = last.over || stages.some((each) => each.over)
    return { over, text: `export const meta = { name: 'random' }\n${lines.join('\n')}\n` }
  })
