import { createWrit, type LaneDiff, type RunDiff } from '../index.ts'
import { homeOf } from './home.ts'
import { printable } from './printable.ts'
import { runNamed } from './run-named.ts'

/** Aligns two runs of the home and prints where each lane parts; resolves with 0 when they are the same, else 1. */
export async function diff(a: string, b: string, flags: { home?: string; json?: boolean }): Promise<number> {
  const [left, right] = [await runNamed(a, flags), await runNamed(b, flags)]
  const writ = await createWrit(homeOf(flags))
  try {
    const found = await writ.diff(left, right)
    process.stdout.write(flags.json === true ? `${JSON.stringify(found)}\n` : describe(found))
    return found.same ? 0 : 1
  } finally {
    await writ.close()
  }
}

function describe({ a, b, same, lanes }: RunDiff): string {
  const verdict = same ? 'The runs took the same steps.' : 'The runs part.'
  return printable(`a ${a}\nb ${b}\n${lanes.map(describeLane).join('')}${verdict}\n`)
}

function describeLane({ lane, shared, parts }: LaneDiff): string {
  if (parts === null) return `= frame ${lane}: ${shared} steps\n`
  const { a, b } = parts
  return `≠ frame ${lane}: ${shared} steps shared, then\n    a ${step(a)}\n    b ${step(b)}\n`
}

type Part = NonNullable<LaneDiff['parts']>['a']

function step(part: Part): string {
  if (part === null) return '(no further step)'
  const { n, kind, outcome, commandHash } = part
  return `${n} ${kind} ${outcome}${commandHash === null ? '' : ` ${commandHash.slice(0, 12)}`}`
}
