import { existsSync, readFileSync } from 'node:fs'
import { defined, WritError } from '@writ/contract'
import { namesRun, type VerifyOptions, verifyFile } from '../index.ts'
import { inHome } from './in-home.ts'
import { printableLine } from './printable.ts'
import { chooseHome, chooseTrust, describeTrust, type Trust } from './trust.ts'

export interface VerifyFlags {
  readonly trust?: string
  readonly home?: string
  readonly answer?: string
  readonly only?: string
  readonly json?: boolean
}

type Report = Awaited<ReturnType<typeof verifyFile>>

const MARKS = { pass: '✓', fail: '✗', 'not-evaluated': '·' } as const

/** Verifies an evidence file, or that of a run of the home, and prints its verdicts; resolves with 0 or 6. */
export async function verify(what: string, flags: VerifyFlags): Promise<number> {
  const path = await evidenceOf(what, flags)
  const root = chooseTrust(path, flags)
  const home = chooseHome(path, flags)
  const options: VerifyOptions = {
    ...defined({ trust: root }),
    ...(flags.answer === undefined ? {} : { answer: readAnswer(flags.answer) }),
    ...(flags.only === undefined ? {} : { only: flags.only.split(',') }),
  }
  const report =
    home === undefined
      ? await verifyFile(path, options)
      : await inHome({ home }, (writ) => writ.verify(path, options))
  const trust = root === undefined ? null : await describeTrust(root, path)
  process.stdout.write(
    flags.json === true
      ? `${JSON.stringify({ ...report, trust })}\n`
      : trustLines(trust) + describeVerdicts(report),
  )
  return report.ok ? 0 : 6
}

/** A path as it is; for the name of a run, its evidence file in the home. */
async function evidenceOf(what: string, flags: VerifyFlags): Promise<string> {
  if (existsSync(what) || !namesRun(what)) return what
  return await inHome(flags, async (writ) => writ.evidencePath(await writ.find(what)))
}

function readAnswer(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new WritError('EVIDENCE_UNREADABLE', `The answer ${path} cannot be read: ${why}`, { cause: error })
  }
}

function trustLines(trust: Trust | null): string {
  if (trust === null) return 'trust root: none; give one with --trust, from outside the evidence\n'
  const keys = trust.keys.map(({ role, keyId }) => `  signed by its ${role} key ${keyId}`)
  const found = keys.length > 0 ? keys : ['  the file names none of its keys']
  return `${[`trust root: ${trust.path}`, ...found].map(printableLine).join('\n')}\n`
}

/** Verdicts for people, a line each. */
export function describeVerdicts(report: Report): string {
  const lines = report.verdicts.map(({ name, result, code, detail, at }) => {
    const where = at === null ? '' : ` at ${at}`
    return `${MARKS[result]} ${name.padEnd(13)} ${result}${result === 'pass' ? '' : ` ${code}`}${where}: ${detail}`
  })
  return `${[...lines, conclusion(report)].map(printableLine).join('\n')}\n`
}

function conclusion({ ok }: Report): string {
  return ok ? 'The evidence holds.' : 'The evidence does not hold: do not rely on it.'
}
