import { block, type Script } from '@writ/simulator'

/** A question whose root and child frames call side by side and nested: three levels of frames, batches, a race. */
export const QUESTION = 'SIMTASK:root What is in the documents?'

/** What any run of it comes to, however often it is cut off. */
export const ANSWER: unknown = {
  batch: ['leaf alpha', 'leaf beta', 'leaf gamma'],
  children: [
    ['leaf one of 0', 'deep 0'],
    ['leaf one of 1', 'deep 1'],
    ['leaf one of 2', 'deep 2'],
  ],
  single: 'leaf last',
  hits: 3,
}

const ROOT = [
  block(`const hits = (await grep('needle')).matches.length
    const [batch, children] = await Promise.all([
      llm_query_batched(['alpha', 'beta', 'gamma']),
      rlm_query_batched([0, 1, 2].map((n) => ({ prompt: 'SIMTASK:child-' + n + ' part', scope: 'inherit' }))),
    ])
    print(batch.length)`),
  block(`const single = await llm_query('last'); FINAL({ batch, children, single, hits })`),
]

/** The scripted model: roots and children write code, leaves answer after a few milliseconds, as a provider would. */
export const script: Script = (request) => {
  const { task, turns, prompt, n } = request
  if (task === 'root') return ROOT[Math.min(turns, ROOT.length - 1)] ?? ''
  const child = /^child-(\d)$/.exec(task ?? '')?.[1]
  if (child !== undefined)
    return block(`const [said, deep] = await Promise.all([
      llm_query('one of ${child}'),
      rlm_query('SIMTASK:deep-${child} look', { scope: 'inherit' }),
    ])
    FINAL([said, deep])`)
  const deep = /^deep-(\d)$/.exec(task ?? '')?.[1]
  if (deep !== undefined)
    return block(`await search('needle'); await llm_query('under ${deep}'); FINAL('deep ${deep}')`)
  return { kind: 'text', text: `leaf ${prompt}`, delayMs: 10 + ((n * 37) % 60) }
}
