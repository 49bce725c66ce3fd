import { counted } from '@writ/contract'
import type { LaneDiff, RunDiff } from '../index.ts'
import { printable, printableLine } from './printable.ts'
import { looking, type ViewFlags } from './view-flags.ts'

/** Aligns two runs of the home and says where each lane parts; resolves with 0 when they are the same, else 1. */
export async function diff(a: string, b: string, flags: ViewFlags): Promise<number> {
  const found = await looking(flags, async (writ, as) =>
    writ.diff(await writ.find(a), await writ.find(b), as),
  )
  process.stdout.write(flags.json === true ? `${JSON.stringify(found)}\n` : describe(found))
  return found.same ? 0 : 1
}

function describe({ a, b, same, questions, lanes }: RunDiff): string {
  const asked =
    questions === null
      ? []
      : ['They were asked different questions:', `    a “${questions.a}”`, `    b “${questions.b}”`]
  const lines = [`a ${a}`, `b ${b}`, ...asked, ...lanes.flatMap(laneLines)]
  const verdict = same ? 'The runs took the same steps.' : 'The runs part.'
  return printable(`${[...lines, verdict].map((line) => line.replace(/\s*\n\s*/g, ' ')).join('\n')}\n`)
}

function laneLines({ lane, shared, withheld, parts }: LaneDiff): readonly string[] {
  const unseen =
    withheld === 0 ? '' : ` (what ${counted(withheld, 'of them asks', 'of them ask')} for is withheld)`
  if (parts === null) return [`= frame ${lane}: ${counted(shared, 'step')} the same${unseen}`]
  const { a, b } = parts
  return [
    `≠ frame ${lane}: ${counted(shared, 'step')} the same${unseen}, then ${parting(a, b)}`,
    `    a ${step(lane, a)}`,
    `    b ${step(lane, b)}`,
  ]
}

type Part = NonNullable<LaneDiff['parts']>['a']

/** What asking for something else is called, by the kind of the step. */
const OTHERWISE: Readonly<Record<string, string>> = {
  'model.call': 'the model is asked something else',
  'context.search': 'something else is searched for',
  'context.read': 'something else is read',
  cell: 'other code runs',
  'frame.spawn': 'a child is asked something else',
  local: 'something else is asked of the host',
}

/** How two steps at the same place differ. */
function parting(a: Part, b: Part): string {
  if (a === null) return 'a has ended and b goes on'
  if (b === null) return 'b has ended and a goes on'
  if (a.kind !== b.kind || a.op !== b.op) return 'they do different things'
  if (a.commandHash !== b.commandHash) return OTHERWISE[a.kind] ?? 'they differ'
  return `the same request ends otherwise: ${a.outcome} in a, ${b.outcome} in b`
}

function step(lane: string, part: Part): string {
  if (part === null) return '(no further step)'
  const { n, op, outcome, about, error, withheld } = part
  const what = withheld === null ? (about ?? '') : `(withheld: ${withheld})`
  const why = error === null || error.message === '' ? '' : `: ${error.code}: ${error.message}`
  return printableLine(`${lane}/${n} ${op} ${what} ${outcome === 'ok' ? '' : outcome + why}`.trimEnd())
}
