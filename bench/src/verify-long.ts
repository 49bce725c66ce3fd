import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { writeLongFile } from './long-file.ts'
import { type Measure, rounded } from './measure.ts'

const RECORDS = 1_000_000
const MOST_SECONDS = 30
const MOST_MB = 500

interface Verified {
  readonly ok: boolean
  readonly failed: readonly string[]
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
    const script = fileURLToPath(new URL('verify-process.ts', import.meta.url))
    const { stdout } = await promisify(execFile)(process.execPath, [...process.execArgv, script, path, trust])
    const { ok, failed, seconds, cpuSeconds, peakBytes }: Verified = JSON.parse(stdout)
    if (!ok) throw new Error(`The file made does not verify: ${failed.join(', ')}`)
    const task = `verify ${records.toLocaleString('en-US')} records`
    const detail = `generated records, ${bytes.toLocaleString('en-US')} bytes; INTEGRITY, AUTHORITY, COMPLETENESS`
    const peakMb = peakBytes / 1e6
    return [
      {
        task,
        score: rounded(seconds, 1),
        detail: `s (${rounded(cpuSeconds, 1)} s of CPU), ${detail}`,
        target: `${MOST_SECONDS} s`,
        met: seconds <= MOST_SECONDS,
      },
      {
        task: `${task}: peak memory`,
        score: rounded(peakMb),
        detail: `MB resident, ${detail}`,
        target: `${MOST_MB} MB`,
        met: peakMb <= MOST_MB,
      },
    ]
  } finally {
    await rm(place, { recursive: true, force: true })
  }
}
