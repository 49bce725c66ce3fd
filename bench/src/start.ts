import { type ChildProcess, execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { block, type Simulator, sequence, startSimulator } from '@writ/simulator'
import { type Measure, median, rounded } from './measure.ts'
import { runNode } from './own-process.ts'
import { childCpuSeconds, peakMemory } from './process-tree.ts'

const RUNS = 5
const CONTEXT_BYTES = 1_000_000
const PSS_EVERY_MS = 20
const MOST_MB = 250

/** What a start may take, as multiples of `node -e 0` on the same machine. */
const MOST = { firstRequest: 10, wall: 17, cpu: 23 }

const root = resolve(import.meta.dirname, '../..')

/** One run of a command against the scripted model. */
interface Run {
  readonly firstRequest: number
  readonly wall: number
  readonly cpu: number
}

type Command = (url: string) => readonly string[]

/** The whole of a short run, from the start of the process: two requests, one cell, over a text of 1 MB. */
export async function start(): Promise<readonly Measure[]> {
  delete process.env.NODE_EXTRA_CA_CERTS // Node would read what this machine adds of its own, for 10 ms
  const place = await mkdtemp(join(tmpdir(), 'writ-bench-'))
  try {
    const context = join(place, 'context.txt')
    await writeFile(context, 'a line of a text in which a needle may be found\n'.repeat(CONTEXT_BYTES / 48))
    const bare = await timed((url) => [join(import.meta.dirname, 'bare-start.js'), url, context])
    return [
      ...nodeMeasures(bare.nothing),
      ...describe('bare AI SDK, cell and index', bare),
      ...(await measured('checkout', join(root, 'packages/writ/bin/writ.js'), place, context)),
      ...(await measured('packed package', await packed(place), place, context)),
    ]
  } finally {
    await rm(place, { recursive: true, force: true })
  }
}

/** Installs the packages as they are published, and gives the command there. */
async function packed(place: string): Promise<string> {
  const folder = join(place, 'packed')
  await mkdir(folder)
  execFileSync(process.execPath, [join(root, 'scripts/packages/install-packed.ts'), folder])
  return join(folder, 'node_modules/writ/bin/writ.js')
}

async function measured(what: string, launcher: string, place: string, context: string): Promise<Measure[]> {
  const ask = (home: string): Command => {
    const flags = ['--strategy', 'recurse', '--model', 'any/model', '--home', join(place, home), '--quiet']
    return (url) => [launcher, 'ask', 'SIMTASK:start go', context, ...flags, '--base-url', url]
  }
  const command = ask(`home of the ${what}`)
  await once(command) // compiled code is kept from here on
  const fresh = await once(ask(`new home of the ${what}`))
  const version = await timed(() => [launcher, '--version'])
  const bytes = await peak(command)
  const run = await timed(command)
  return [
    ...describe(what, run, MOST),
    {
      task: `${what}: --version`,
      score: rounded(version.run.wall, 3),
      detail: seconds(version.run, version.nothing),
    },
    {
      task: `${what}: peak memory of the process tree`,
      score: rounded(bytes / 1e6),
      detail: 'MB, sum of proportional set sizes',
      target: `${MOST_MB} MB`,
      met: bytes <= MOST_MB * 1e6,
    },
    {
      task: `${what}: first run in a new home`,
      score: rounded(fresh.wall, 3),
      detail: `${seconds(fresh, run.nothing)}, first request after ${rounded(fresh.firstRequest, 3)} s`,
    },
  ]
}

function nodeMeasures({ wall, cpu }: Run): Measure[] {
  return [{ task: 'node -e 0', score: rounded(wall, 3), detail: `s, ${rounded(cpu, 2)} s of CPU` }]
}

/** First request, wall and CPU, each beside `node -e 0`, whose wall time is the measure of the machine. */
function describe(what: string, { run, nothing: { wall: unit } }: Timed, most?: typeof MOST): Measure[] {
  const parts = [
    ['first request', run.firstRequest, most?.firstRequest],
    ['whole run', run.wall, most?.wall],
    ['CPU of the whole run', run.cpu, most?.cpu],
  ] as const
  return parts.map(([name, value, limit]) => ({
    task: `${what}: ${name}`,
    score: rounded(value, 3),
    detail: `s, ${rounded(value / unit, 1)} × node -e 0`,
    ...(limit === undefined ? {} : { target: `${limit} × node -e 0`, met: value <= limit * unit }),
  }))
}

function seconds({ wall, cpu }: Run, { wall: unit }: Run): string {
  return `s, ${rounded(wall / unit, 1)} × node -e 0, ${rounded(cpu, 2)} s of CPU`
}

/** The medians of several runs of a command, and of `node -e 0` before each of them: the machine is not the same from one second to the next. */
interface Timed {
  readonly run: Run
  readonly nothing: Run
}

async function timed(command: Command): Promise<Timed> {
  await once(command)
  const runs: Run[] = []
  const nothing: Run[] = []
  for (let run = 0; run < RUNS; run += 1) {
    nothing.push(await once(() => ['-e', '0']))
    runs.push(await once(command))
  }
  return { run: medians(runs), nothing: medians(nothing) }
}

function medians(runs: readonly Run[]): Run {
  const of = (key: keyof Run): number => median(runs.map((run) => run[key]))
  return { firstRequest: of('firstRequest'), wall: of('wall'), cpu: of('cpu') }
}

/** Most memory of any of three runs that are not timed: looking costs them time. */
async function peak(command: Command): Promise<number> {
  let most = 0
  for (let run = 0; run < 3; run += 1)
    await once(command, async (child) => {
      most = Math.max(most, (await peakMemory(child, PSS_EVERY_MS)).bytes)
    })
  return most
}

async function once(command: Command, look?: (child: ChildProcess) => Promise<void>): Promise<Run> {
  let requested: number | undefined
  const simulator = await scripted(() => {
    requested ??= performance.now()
  })
  try {
    const cpu = childCpuSeconds()
    const started = performance.now()
    await runNode(command(simulator.url), look)
    const wall = (performance.now() - started) / 1000
    return {
      firstRequest: ((requested ?? started) - started) / 1000,
      wall,
      cpu: childCpuSeconds() - cpu,
    }
  } finally {
    await simulator.stop()
  }
}

/** A root whose one cell makes one sub-call and answers with its reply. */
function scripted(onRequest: () => void): Promise<Simulator> {
  const root = sequence([block("FINAL(await llm_query('item'))")], ({ prompt }) => ({
    kind: 'text',
    text: prompt,
  }))
  return startSimulator({
    script: (request) => {
      onRequest()
      return root(request)
    },
  })
}
