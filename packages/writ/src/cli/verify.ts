import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { WritError } from '@writ/contract'
import { verifyFile } from '../index.ts'

export interface VerifyFlags {
  readonly trust?: string
  readonly answer?: string
  readonly only?: string
  readonly json?: boolean
}

type Report = Awaited<ReturnType<typeof verifyFile>>

const MARKS = { pass: '✓', fail: '✗', 'not-evaluated': '·' } as const

/** Verifies an evidence file and prints its verdicts; resolves with 0 or 6. */
export async function verify(path: string, flags: VerifyFlags): Promise<number> {
  const trust = flags.trust ?? homeTrust()
  const report = await verifyFile(path, {
    ...(trust === undefined ? {} : { trust }),
    ...(flags.answer === undefined ? {} : { answer: readAnswer(flags.answer) }),
    ...(flags.only === undefined ? {} : { only: flags.only.split(',') }),
  })
  process.stdout.write(flags.json === true ? `${JSON.stringify(report)}\n` : describeVerdicts(report))
  return report.ok ? 0 : 6
}

/** The trust root of this machine's own home, when there is one. */
function homeTrust(): string | undefined {
  const path = join(process.env.WRIT_HOME ?? '.writ', 'trust.json')
  return existsSync(path) ? path : undefined
}

function readAnswer(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new WritError('EVIDENCE_UNREADABLE', `The answer ${path} cannot be read: ${why}`, { cause: error })
  }
}

/** Verdicts for people, a line each. */
export function describeVerdicts(report: Report): string {
  const lines = report.verdicts.map(({ name, result, code, detail, at }) => {
    const where = at === null ? '' : ` at ${at}`
    return `${MARKS[result]} ${name.padEnd(13)} ${result}${result === 'pass' ? '' : ` ${code}`}${where}: ${detail}`
  })
  const verdict = report.ok ? 'The evidence holds.' : 'The evidence does not hold: do not rely on it.'
  return `${lines.join('\n')}\n${verdict}\n`
}
