import type { ChildProcess } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'

const SAMPLE_MS = 100
const TICKS_PER_SECOND = 100

/** CPU of all this process started that have ended, with what they started and waited for. Linux only. */
export function childCpuSeconds(): number {
  return secondsOf('/proc/self/stat', 13, 15)
}

function secondsOf(path: string, from: number, to: number): number {
  const stat = read(path)
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields.slice(from, to).reduce((sum, field) => sum + Number(field), 0) / TICKS_PER_SECOND
}

/** Memory of processes together, in bytes of PSS. */
export interface TreeMemory {
  readonly bytes: number
  /** The part that is pages of files, which the system takes back when it needs them. */
  readonly mapped: number
}

/** The most memory a process and all it started had together until it ended. Linux only. */
export async function peakMemory(child: ChildProcess, everyMs: number = SAMPLE_MS): Promise<TreeMemory> {
  let peak: TreeMemory = { bytes: 0, mapped: 0 }
  while (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
    const now = memoryOf(child.pid)
    if (now.bytes > peak.bytes) peak = now
    await pause(everyMs)
  }
  return peak
}

/** CPU of this process and of every process below it, those that have ended too, in seconds. Linux only. */
export function treeCpuSeconds(): number {
  const below = treeOf(process.pid).slice(1)
  const { user, system } = process.cpuUsage()
  const running = below.reduce((sum, pid) => sum + secondsOf(`/proc/${pid}/stat`, 11, 15), 0)
  return (user + system) / 1e6 + childCpuSeconds() + running
}

/** Memory of this process and of every process below it, in bytes of PSS. Linux only. */
export function treeMemory(): number {
  return memoryOf(process.pid).bytes
}

function memoryOf(root: number): TreeMemory {
  const all = treeOf(root).map((pid) => read(`/proc/${pid}/smaps_rollup`))
  const sum = (field: string): number =>
    all.reduce((total, rollup) => total + kilobytes(rollup, field), 0) * 1024
  return { bytes: sum('Pss'), mapped: sum('Pss_File') }
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

const kilobytes = (rollup: string, field: string): number =>
  Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(rollup)?.[1] ?? 0)

/** What stands there of a process; nothing of one that has ended. What may not be read is an error, and no memory of 0 bytes. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && ['ENOENT', 'ESRCH'].includes(String(error.code)))
      return ''
    throw error
  }
}
