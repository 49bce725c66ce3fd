import { block, type Script, STALLS, sequence } from '@writ/simulator'
import { expect, it } from 'vitest'
import { testRuns } from './test-runs.fixture.ts'

// Replies that never come to an end, for as long as one request may take: two minutes, which nothing shortens.

const here = testRuns()
const { run, verified } = here

it('a reply that never ends is cut off, charged its bound, and asked for again', async () => {
  const names = Object.keys(STALLS)
  const asked = new Set<string>()
  const stallsFirst: Script = ({ prompt }) => {
    const again = asked.has(prompt)
    asked.add(prompt)
    return again ? `the reply to ${prompt}` : (STALLS[prompt] ?? 'no such stall')
  }
  const script = sequence(
    [block(`const outcomes = await llm_query_batched(${JSON.stringify(names)});`), block('FINAL(outcomes);')],
    stallsFirst,
  )
  const { answer, requests } = await run(script)
  expect(answer).toMatchObject({ status: 'complete', value: names.map((name) => `the reply to ${name}`) })
  expect(requests).toBe(2 + 2 * names.length)
  expect(answer.usage).toMatchObject({ modelCalls: requests, boundCalls: names.length })
  expect(answer.usage.wallMs).toBeLessThan(600_000)
  expect(here.simulator?.journal()).toMatchObject({ aborted: names.length })
  await verified(answer)
  expect(await here.writ?.replay(answer.run)).toMatchObject({ outcome: 'IDENTICAL' })
}, 900_000)
