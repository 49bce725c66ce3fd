import { enableCompileCache } from 'node:module'
import type * as Writ from 'writ'
import type { Answer, CompletionOptions, Limits } from 'writ'
import { treeMemory } from '../process-tree.ts'

// One run in a process of its own, so that its memory is that of Writ alone. Its arguments: the code of
// Writ, a directory for compiled code, and what is asked, as JSON.

export interface ScaleAsked {
  readonly home: string
  readonly baseUrl: string
  readonly query: string
  readonly context: CompletionOptions['context']
  readonly limits: Partial<Limits>
}

/** Where a run was when a cell of its root ended. */
export interface Sample {
  readonly atMs: number
  readonly bytes: number
}

export interface ScaleRun {
  readonly answer: Answer
  readonly samples: readonly Sample[]
}

const [library = '', cache = '', asked = ''] = process.argv.slice(2)
enableCompileCache(cache)
const { createWrit }: typeof Writ = await import(library)
const { home, baseUrl, query, context, limits } = JSON.parse(asked) as ScaleAsked
const writ = await createWrit({ home, model: 'any/model', baseUrl })
const started = performance.now()
const samples: Sample[] = []
const answer = await writ.completion({
  query,
  context,
  limits,
  strategy: 'recurse',
  onEvent: (event) => {
    if (event.type === 'step' && event.kind === 'cell' && event.lane === '0')
      samples.push({ atMs: performance.now() - started, bytes: treeMemory() })
  },
})
await writ.close()
process.stdout.write(JSON.stringify({ answer, samples } satisfies ScaleRun))
