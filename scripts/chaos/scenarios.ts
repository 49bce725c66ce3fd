import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DEFAULT_LIMITS } from '@writ/contract'
import { block, type Script } from '@writ/simulator'

/** A kind of run that is killed: what is asked, how the scripted model answers, and what it comes to in any case. */
export interface Scenario {
  readonly name: string
  readonly question: string
  readonly script: Script
  readonly answer: unknown
  /** Options of `writ ask`; files they name are written into `place`. */
  readonly options?: (place: string) => Promise<readonly string[]>
  /** A question that is asked first, and gone on from; its run is not killed. */
  readonly first?: string
  /** Whether the question is asked anew over the same documents instead of going on from the first. */
  readonly anew?: boolean
  /** Notes of earlier runs that it is shown, and the keys of those that there are for later runs once it has ended. */
  readonly notes?: { readonly shown: number; readonly left: readonly string[] }
  /** Requests that it comes to, each once, however often it is ended: equal ones share an answer, votes never do. */
  readonly requests: number
  /** Longest wait between an event and the cut, in milliseconds: about as long as the run goes on without another. */
  readonly quietMs: number
  /** The lines of its output that it is killed behind; any by default. */
  readonly behind?: { readonly first: number; readonly last: number }
}

/** Leaves answer after a few milliseconds, as a provider would. */
const leaf: Script = ({ prompt, n }) => ({
  kind: 'text',
  text: `leaf ${prompt}`,
  delayMs: 10 + ((n * 37) % 60),
})

const FRAMES_ROOT = [
  block(`const hits = (await grep('needle')).matches.length
    const [batch, children] = await Promise.all([
      llm_query_batched(['alpha', 'beta', 'gamma']),
      rlm_query_batched([0, 1, 2].map((n) => ({ prompt: 'SIMTASK:child-' + n + ' part', scope: 'inherit' }))),
    ])
    print(batch.length)`),
  block(`const single = await llm_query('last'); FINAL({ batch, children, single, hits })`),
]

/** A root and child frames that call side by side and nested: three levels of frames, batches, a race. */
export const FRAMES: Scenario = {
  name: 'frames',
  requests: 18,
  question: 'SIMTASK:root What is in the documents?',
  quietMs: 60,
  answer: {
    batch: ['leaf alpha', 'leaf beta', 'leaf gamma'],
    children: [0, 1, 2].map((n) => [`leaf one of ${n}`, `deep ${n}`]),
    single: 'leaf last',
    hits: 3,
  },
  script: (request) => {
    const { task, turns } = request
    if (task === 'root') return FRAMES_ROOT[Math.min(turns, FRAMES_ROOT.length - 1)] ?? ''
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
    return leaf(request)
  },
}

/** Requests of the batch. */
export const BATCH_ITEMS = 64
/** Requests that are in flight at once, unless a user says otherwise. */
export const IN_FLIGHT: number = DEFAULT_LIMITS.concurrency

/** One batch, four times as large as what is in flight at once. */
const BATCH: Scenario = {
  name: 'batch of 64',
  requests: BATCH_ITEMS + 1,
  question: 'SIMTASK:root Say them all.',
  quietMs: 700,
  // From the decision about the batch on.
  behind: { first: 13, last: 15 },
  answer: Array.from({ length: BATCH_ITEMS }, (_, n) => `leaf item ${n}`),
  script: (request) =>
    request.task === 'root'
      ? block(`FINAL(await llm_query_batched(Array.from({ length: ${BATCH_ITEMS} }, (_, n) => 'item ' + n)))`)
      : { kind: 'text', text: `leaf ${request.prompt}`, delayMs: 60 + ((request.n * 37) % 120) },
}

const SCRIPT = `export const meta = { name: 'each-line', limits: { calls: 40 } }
const lines = (await grep('needle')).matches
const cited = await cite(lines[0], 'needle')
await note('lines', lines.length, [cited])
const noted = (await notes('lines')).map(({ value }) => value)
const said = await map(lines, async (line, at) => await llm_query('line ' + at))
const agreed = await vote(3, async () => await llm_query('the same'))
const rest = await llm_query_batched(['one', 'two', 'three', 'four', 'five'])
FINAL({ said, agreed: agreed.value, rest, noted })
`

/** A script that a person wrote: a note, a map, a vote and a batch in one cell. */
const FOLLOWED: Scenario = {
  name: 'script',
  requests: 11,
  question: 'Each line.',
  quietMs: 60,
  options: async (place) => {
    const file = join(place, 'each-line.js')
    await writeFile(file, SCRIPT)
    return ['--strategy', `script:${file}`]
  },
  answer: {
    said: [0, 1, 2].map((n) => `leaf line ${n}`),
    agreed: 'leaf the same',
    rest: ['one', 'two', 'three', 'four', 'five'].map((word) => `leaf ${word}`),
    noted: [3],
  },
  notes: { shown: 0, left: ['lines'] },
  script: leaf,
}

/** An answer that a verifier doubts until it cites something, and that goes on from an earlier one. */
const CHECKED: Scenario = {
  name: 'checked follow-up',
  requests: 7,
  question: 'SIMTASK:root And the word?',
  first: 'SIMTASK:first What is there?',
  quietMs: 60,
  options: () => Promise.resolve(['--verify', 'claims,citations']),
  answer: { word: 'needle' },
  script: (request) => {
    const { task, turns, messages } = request
    if (task === 'first') return block("FINAL('documents')")
    const [system, goal] = messages
    if (system?.content.startsWith('You are a verifier') === true) {
      const supported = goal?.content.includes('It cites nothing') !== true
      return block(
        `await search('needle'); FINAL([{ claim: await llm_query('a claim'), supported: ${supported}, why: 'seen' }])`,
      )
    }
    if (task !== 'root') return leaf(request)
    return turns === 0
      ? block("const found = await grep('needle'); await llm_query('so'); FINAL({ word: 'needle' })")
      : block("await cite(found.matches[0], 'needle'); FINAL({ word: 'needle' })")
  },
}

/** Notes of an earlier run that are read, others that root and child leave, and an answer that others vote on. */
const NOTED: Scenario = {
  name: 'notes and votes',
  requests: 10,
  question: 'SIMTASK:root And the third?',
  first: 'SIMTASK:first What is there?',
  anew: true,
  quietMs: 60,
  options: () => Promise.resolve(['--verify', 'votes:3']),
  answer: { third: 'leaf third', child: 'leaf under' },
  notes: { shown: 1, left: ['from a child', 'third', 'word'] },
  script: (request) => {
    const { task, turns } = request
    if (task === 'first')
      return block(`const [hit] = (await grep('needle')).matches
    await note('word', 'needle', [await cite(hit, 'needle')])
    FINAL('noted')`)
    if (task === 'child')
      return block(`const told = await notes()
    const [hit] = (await grep('another needle')).matches
    await note('from a child', told.length, [await cite(hit, 'another')])
    FINAL(await llm_query('under'))`)
    if (task !== 'root') return leaf(request)
    return turns === 0
      ? block(`const told = await notes('needle')
    const [hit] = (await grep('the third needle')).matches
    const cited = await cite(hit, 'third')
    const [third, child] = await Promise.all([
      llm_query('third'),
      rlm_query('SIMTASK:child look', { scope: 'inherit' }),
      note('plain', told.length),
    ])
    await note('third', third, [cited])
    print((await notes()).length)`)
      : block('FINAL({ third, child })')
  },
}

/** Frames that write Python, each in a process of its own: a root, and child frames that run side by side. */
const PYTHON: Scenario = {
  name: 'python',
  requests: 10,
  question: 'SIMTASK:root What is in the documents?',
  quietMs: 1_000,
  options: () => Promise.resolve(['--repl', 'python']),
  answer: {
    batch: ['leaf alpha', 'leaf beta', 'leaf gamma'],
    children: [0, 1].map((n) => [`leaf one of ${n}`, n]),
    single: 'leaf last',
    hits: 3,
  },
  script: (request) => {
    const child = /^child-(\d)$/.exec(request.task ?? '')?.[1]
    if (child !== undefined) return block(`said = llm_query('one of ${child}')\nFINAL([said, ${child}])`)
    if (request.task !== 'root') return leaf(request)
    return request.turns === 0
      ? block(`hits = len(grep('needle').matches)
batch = llm_query_batched(['alpha', 'beta', 'gamma'])
children = rlm_query_batched([{'prompt': f'SIMTASK:child-{n} part', 'scope': 'inherit'} for n in range(2)])
print(len(batch))`)
      : block(`single = llm_query('last')
answer['content'] = {'batch': batch, 'children': children, 'single': single, 'hits': hits}
answer['ready'] = True`)
  },
}

/** Taken in turn by the runs that are killed at random. */
export const SCENARIOS: readonly Scenario[] = [FRAMES, BATCH, FOLLOWED, CHECKED, NOTED, PYTHON]
