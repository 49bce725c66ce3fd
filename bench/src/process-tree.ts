import type { ChildProcess } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'

const SAMPLE_MS = 100
const TICKS_PER_SECOND = 100

/** CPU of this process and of all it started that have ended. Linux only. */
export function cpuSeconds(): number {
  return ticks(11, 15) / TICKS_PER_SECOND
}

/** CPU of all this process started that have ended, with what they started and waited for. Linux only. */
export function childCpuSeconds(): number {
  return ticks(13, 15) / TICKS_PER_SECOND
}

function ticks(from: number, to: number): number {
  const stat = readFileSync('/proc/self/stat', 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields.slice(from, to).reduce((sum, field) => sum + Number(field), 0)
}

/** The most memory a process and all it started had together until it ended, in bytes of PSS. Linux only. */
export async function peakOf(child: ChildProcess, everyMs: number = SAMPLE_MS): Promise<number> {
  let peak = 0
  while (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
    const bytes = treeOf(child.pid).reduce((sum, pid) => sum + pss(pid), 0)
    peak = Math.max(peak, bytes)
    await pause(everyMs)
  }
  return peak
}

function treeOf(root: number): number[] {
  const parents = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => ({ pid: Number(name), parent: parentOf(name) }))
  const all = [root]
  for (const pid of all) for (const process of parents) if (process.parent === pid) all.push(process.pid)
  return all
}

const parentOf = (pid: string): number => Number(/^PPid:\s+(\d+)/m.exec(read(`/proc/${pid}/status`))?.[1])

const pss = (pid: number): number =>
  Number(/^Pss:\s+(\d+) kB/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0) * 1024

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return '' // the process has ended
  }
}
