import { execFileSync } from 'node:child_process'
import { cpus, loadavg, totalmem } from 'node:os'

/** What benchmarks run on. */
export interface Machine {
  readonly date: Date
  /** Null outside a checkout. */
  readonly commit: string | null
  readonly node: string
  readonly processor: string
  readonly cores: number
  readonly memoryBytes: number
  /** Processes that wanted a core in the last minute. */
  readonly load: number
  readonly guestCode: string
}

export function thisMachine(guestCode: string): Machine {
  return {
    date: new Date(),
    commit: commitHere(),
    node: process.version,
    processor: cpus()[0]?.model ?? 'unknown processor',
    cores: cpus().length,
    memoryBytes: totalmem(),
    load: loadavg()[0] ?? 0,
    guestCode,
  }
}

function commitHere(): string | null {
  try {
    const described = ['describe', '--always', '--dirty', '--exclude=*']
    return execFileSync('git', described, { cwd: import.meta.dirname, encoding: 'utf8' }).trim()
  } catch {
    return null
  }
}
