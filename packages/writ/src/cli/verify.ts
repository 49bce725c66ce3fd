import { existsSync, readFileSync } from 'node:fs'
import { defined, WritError } from '@writ/contract'
import { namesRun, type VerifyOptions, verifyFile } from '../index.ts'
import { homeOf } from './home.ts'
import { inHome } from './in-home.ts'
import { onScreen } from './on-screen.ts'
import { printableLine } from './printable.ts'
import { chooseHome, chooseTrust, describeTrust, type Trust } from './trust.ts'

export interface VerifyFlags {
  readonly trust?: string
  readonly home?: string
  readonly answer?: string
  readonly earlier?: readonly string[]
  readonly only?: string
  readonly json?: boolean
}

type Report = Awaited<ReturnType<typeof verifyFile>>

const MARKS = { pass: '✓', fail: '✗', 'not-evaluated': '·' } as const

/** Verifies an evidence file, or that of a run of the home, and prints its verdicts; resolves with 0 or 6. */
export async function verify(what: string, flags: VerifyFlags): Promise<number> {
  const { report, trust } = await verified(what, flags)
  process.stdout.write(
    flags.json === true
      ? `${JSON.stringify({ ...report, trust })}\n`
      : onScreen(trustLines(trust) + describeVerdicts(report), process.stdout),
  )
  return report.ok ? 0 : 6
}

interface Verified {
  readonly report: Report
  /** What the file was held against; null for nothing. */
  readonly trust: Trust | null
}

/** A path is verified as it is; for the name of a run, its evidence file in the home. */
async function verified(what: string, flags: VerifyFlags): Promise<Verified> {
  const named = !existsSync(what) && namesRun(what)
  const home = named ? homeOf(flags).home : chooseHome(what, flags)
  const trust = chooseTrust(home, flags)
  if (home === undefined) return await heldAgainst(trust, what, await verifyFile(what, options(trust, flags)))
  return await inHome({ home }, async (writ) => {
    const path = named ? writ.evidencePath(await writ.find(what)) : what
    return await heldAgainst(trust, path, await writ.verify(path, options(trust, flags)))
  })
}

function options(trust: string | undefined, { answer, earlier, only }: VerifyFlags): VerifyOptions {
  return {
    ...defined({ trust, earlier, only: only?.split(',') }),
    ...(answer === undefined ? {} : { answer: readAnswer(answer) }),
  }
}

async function heldAgainst(trust: string | undefined, path: string, report: Report): Promise<Verified> {
  return { report, trust: trust === undefined ? null : await describeTrust(trust, path) }
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

/** Without a trust root nobody is found out to have forged anything: then only who signed cannot be told. */
function conclusion({ ok, verdicts }: Report): string {
  if (ok) return 'The evidence holds.'
  const isWhole = verdicts.some(({ name, result }) => name === 'INTEGRITY' && result === 'pass')
  const isOnlyUnknown = verdicts.every(({ result, code }) => result !== 'fail' || code === 'NO_TRUST_ROOT')
  return isWhole && isOnlyUnknown
    ? 'The file is whole in itself, but anyone could have made it: who signed it cannot be told without a trust root. Give one with --trust.'
    : 'The evidence does not hold: do not rely on it.'
}
