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
  return ticksOf('/proc/self/stat', from, to)
}

function ticksOf(path: string, from: number, to: number): number {
  const stat = read(path)
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

/** CPU of this process and of every process below it that is running, in seconds. Linux only. */
export function treeCpuSeconds(): number {
  const below = treeOf(process.pid).slice(1)
  const { user, system } = process.cpuUsage()
  return (
    (user + system) / 1e6 +
    below.reduce((sum, pid) => sum + ticksOf(`/proc/${pid}/stat`, 11, 15), 0) / TICKS_PER_SECOND
  )
}

/** Memory of this process and of every process below it, in bytes of PSS. Linux only. */
export function treeMemory(): number {
  return treeOf(process.pid).reduce((sum, pid) => sum + pss(pid), 0)
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
