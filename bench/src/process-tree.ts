import { readdirSync, readFileSync } from 'node:fs'

// What the kernel of Linux says of a process and its descendants.

const TICKS_PER_SECOND = 100

/** CPU seconds of every child of this process that has ended, with the descendants they waited for. */
export function childCpuSeconds(): number {
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[13]) + Number(fields[14])) / TICKS_PER_SECOND
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

function childrenOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
  )
}
