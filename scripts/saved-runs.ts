import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import { BAD_ROOTS, block, fanOut, type Script, sequence, startSimulator, tree } from '@writ/simulator'
import { type Answer, type CompletionOptions, createWrit, type WritOptions } from 'writ'
import { openLedger } from 'writ/ledger'

// Makes the saved runs anew: real runs, of the built-in extractive model and of scripted ones, kept with what a replay
// needs. `packages/writ/src/verify/saved-runs.long.process.test.ts` does each again. They are made anew only when the format moved on
// on purpose; `docs/decisions/2026-11-25-saved-runs.md` says when that is.

const TARGET = resolve(import.meta.dirname, '..', 'packages', 'writ', 'saved-runs')
const PRIVILEGED = [
  { glob: 'privileged/**', label: { level: 'restricted', categories: [], untrusted: true } },
] as const

/** Generated contracts; every third ends patent rights in case of litigation. */
function contracts(count: number): { id: string; text: string }[] {
  return Array.from({ length: count }, (_, n) => {
    const filler = `Section ${n}.1 Definitions. Terms have the meaning given in this agreement.\n`.repeat(20)
    const clause =
      n % 3 === 0 ? 'If the licensee starts patent litigation, its patent rights end.' : 'Nothing else.'
    return { id: `contract-${n}.txt`, text: `${filler}Section ${n}.2 ${clause}\n${filler}` }
  })
}

interface Recipe {
  readonly name: string
  /** A scripted model; the built-in one where there is none. */
  readonly script?: Script
  readonly options?: WritOptions
  readonly asked?: Partial<CompletionOptions>
  readonly expected: Answer['status']
}

const interruption = new AbortController()

const RECIPES: readonly Recipe[] = [
  { name: 'question', expected: 'complete' },
  { name: 'batch', script: fanOut(40), expected: 'complete' },
  { name: 'deep', script: tree(3, 2), options: { limits: { maxDepth: 3 } }, expected: 'complete' },
  {
    name: 'race',
    script: sequence(
      [
        block(
          "const order = []\nconst calls = Array.from({ length: 6 }, (_, n) => llm_query('item ' + n).then((text) => order.push(text)))\nawait Promise.race(calls)\nawait Promise.all([...calls, read('contract-0.txt'), grep('patent')])",
        ),
        block('FINAL(order)'),
      ],
      (request) => ({
        kind: 'text',
        text: request.prompt,
        delayMs: (request.prompt.length * 7 + request.prompt.charCodeAt(5) * 13) % 60,
      }),
    ),
    expected: 'complete',
  },
  { name: 'stopped-cell', script: sequence(BAD_ROOTS.infiniteLoop), expected: 'complete' },
  {
    name: 'limited',
    script: sequence([
      block(
        "const many = []\nfor (let n = 0; n < 20; n += 1) try { many.push(await llm_query('item ' + n)) } catch (error) { many.push(error.name) }",
      ),
      block('FINAL(many)'),
    ]),
    options: { limits: { maxCalls: 8 } },
    expected: 'incomplete',
  },
  {
    name: 'interrupted',
    script: sequence([
      block("const one = await llm_query('one')"),
      block("await llm_query('two')\nFINAL(one)"),
    ]),
    asked: {
      signal: interruption.signal,
      onEvent: (event) => {
        if (event.type === 'step' && event.kind === 'cell') interruption.abort()
      },
    },
    expected: 'failed',
  },
]

const place = await mkdtemp(join(tmpdir(), 'writ-saved-'))
const home = join(place, 'home')
const saved: { readonly name: string; readonly bytes: Uint8Array }[] = []
try {
  for (const recipe of RECIPES) {
    const answer = await make(recipe)
    if (answer.status !== recipe.expected)
      throw new Error(
        `${recipe.name} came to ${answer.status} (${answer.reason ?? ''}), not ${recipe.expected}`,
      )
    const evidence = await readFile(answer.evidence ?? '')
    const key = await readFile(join(home, 'keys', 'runs', `${answer.run}.key`))
    const beside = {
      schema: 'writ.saved-run/1',
      run: answer.run,
      key: key.toString('hex'),
      payloads: await payloads(answer.run),
    }
    saved.push({ name: `${recipe.name}.writ.gz`, bytes: gzipSync(evidence, { level: 9 }) })
    saved.push({ name: `${recipe.name}.json.gz`, bytes: gzipSync(JSON.stringify(beside), { level: 9 }) })
  }
  // Only now that all of them are there, the old ones go.
  await rm(TARGET, { recursive: true, force: true })
  await mkdir(TARGET, { recursive: true })
  for (const { name, bytes } of saved) await writeFile(join(TARGET, name), bytes)
  await writeFile(join(TARGET, 'trust.json'), await readFile(join(home, 'trust.json')))
} finally {
  await rm(place, { recursive: true, force: true })
}
process.stdout.write(`${saved.reduce((sum, { bytes }) => sum + bytes.length, 0)} bytes in ${TARGET}\n`)

async function make({ script, options, asked }: Recipe): Promise<Answer> {
  const simulator = script === undefined ? undefined : await startSimulator({ script })
  const model = simulator === undefined ? {} : { model: 'any/model', baseUrl: simulator.url, apiKey: 'x' }
  const corpus = join(place, 'corpus')
  await mkdir(join(corpus, 'privileged'), { recursive: true })
  for (const { id, text } of contracts(9)) await writeFile(join(corpus, id), text)
  await writeFile(
    join(corpus, 'privileged', 'memo.txt'),
    'A memorandum about patent litigation.\n'.repeat(20),
  )
  const writ = await createWrit({ home, ...model, ...options })
  try {
    return await writ.completion({
      query: `${script === undefined ? '' : 'SIMTASK:saved '}Which contracts end patent rights when the licensee starts patent litigation?`,
      context: { paths: [corpus] },
      labels: PRIVILEGED,
      strategy: 'recurse',
      ...asked,
    })
  } finally {
    await writ.close()
    await simulator?.stop()
  }
}

/** What is kept beside the records of a run, by path: of runs made here, which no policy keeps in. */
async function payloads(run: string): Promise<Readonly<Record<string, string>>> {
  const ledger = await openLedger(home)
  try {
    const texts: Record<string, string> = {}
    for (const path of await ledger.payloadPaths(run, ''))
      texts[path] = Buffer.from((await ledger.payload(run, path)) ?? []).toString('utf8')
    return texts
  } finally {
    await ledger.close()
  }
}
