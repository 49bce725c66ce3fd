import type { ChildProcess } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'

// What the kernel of Linux says of a process and its descendants.

const TICKS_PER_SECOND = 100
const SAMPLE_MS = 100

/** CPU seconds of this process and of everything it started that has ended. */
export function cpuSeconds(): number {
  return ticks(11, 15) / TICKS_PER_SECOND
}

/** CPU seconds of every child of this process that has ended, with the descendants they waited for. */
export function childCpuSeconds(): number {
  return ticks(13, 15) / TICKS_PER_SECOND
}

/** Sum of the proportional set sizes of a process and its descendants, in bytes; 0 when they are gone. */
export function treePss(pid: number): number {
  try {
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
    const own = Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1] ?? 0) * 1024
    return childrenOf(pid).reduce((sum, child) => sum + treePss(child), own)
  } catch {
    return 0
  }
}

/** The most memory a process and its descendants had together until it ended, in bytes. */
export async function peakOf(child: ChildProcess): Promise<number> {
  let peak = 0
  while (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
    peak = Math.max(peak, treePss(child.pid))
    await pause(SAMPLE_MS)
  }
  return peak
}

function childrenOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
  )
}

/** Sum of some of the times that /proc/self/stat gives after the name. */
function ticks(from: number, to: number): number {
  const stat = readFileSync('/proc/self/stat', 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields.slice(from, to).reduce((sum, field) => sum + Number(field), 0)
}
