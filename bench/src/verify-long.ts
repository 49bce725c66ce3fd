import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeLongFile } from './long-file.ts'
import { type Measure, rounded } from './measure.ts'
import { ownProcess } from './own-process.ts'

const RECORDS = 1_000_000
const MOST_SECONDS = 30
const MOST_MB = 500

const ESSENTIAL = ['INTEGRITY', 'AUTHORITY', 'COMPLETENESS']

interface Verified {
  readonly ok: boolean
  /** What was asked and did not pass. */
  readonly open: readonly string[]
  readonly seconds: number
  readonly cpuSeconds: number
  readonly peakBytes: number
}

/** A million records judged in a process of their own: the time from opening the file, and the most memory resident. */
export async function verifyLong(): Promise<readonly Measure[]> {
  const place = await mkdtemp(join(tmpdir(), 'writ-bench-'))
  try {
    const [path, trust] = [join(place, 'run.writ'), join(place, 'trust.json')]
    const { bytes, records } = await writeLongFile(path, trust, RECORDS)
    const task = `verify ${records.toLocaleString('en-US')} records`
    const made = `generated records, ${bytes.toLocaleString('en-US')} bytes`
    const detail = `${made}; ${ESSENTIAL.join(', ')}`
    const essential = await verifyApart(path, trust, ESSENTIAL)
    const { seconds, cpuSeconds, peakBytes } = essential
    const policy = await verifyApart(path, trust, [...ESSENTIAL, 'POLICY'])
    return [
      {
        task,
        score: rounded(seconds, 1),
        detail: `s (${rounded(cpuSeconds, 1)} s of CPU), ${detail}`,
        target: `${MOST_SECONDS} s`,
        met: seconds <= MOST_SECONDS,
      },
      peak(`${task}: peak memory`, peakBytes, detail),
      {
        task: `${task}, POLICY too`,
        score: rounded(policy.seconds, 1),
        detail: `s (${rounded(policy.cpuSeconds, 1)} s of CPU), ${made}`,
      },
      peak(`${task}, POLICY too: peak memory`, policy.peakBytes, made),
    ]
  } finally {
    await rm(place, { recursive: true, force: true })
  }
}

/** Verifies in a process of its own, whose heap may be limited by flags of Node. Rejects unless every verdict asked for passes. */
export async function verifyApart(
  path: string,
  trust: string,
  only: readonly string[],
  flags?: readonly string[],
): Promise<Verified> {
  const script = new URL('verify-process.ts', import.meta.url)
  const verified = await ownProcess<Verified>(script, [path, trust, ...only], undefined, flags)
  if (!verified.ok) throw new Error(`The file made does not verify: ${verified.open.join(', ')}`)
  return verified
}

function peak(task: string, bytes: number, detail: string): Measure {
  const mb = bytes / 1e6
  return {
    task,
    score: rounded(mb),
    detail: `MB resident, ${detail}`,
    target: `${MOST_MB} MB`,
    met: mb <= MOST_MB,
  }
}
