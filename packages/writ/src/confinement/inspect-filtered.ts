import { readdirSync, statSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import {
  checkDescriptors,
  checkEnvironment,
  checkLimits,
  FILTERED,
  LOOK_MS,
  require,
  statusOf,
} from './inspect-process.ts'
import type { Program } from './program-limits.ts'
import { DENO_ENVIRONMENT } from './under-deno.ts'

// Whether a child under Deno has put the filter around itself, asked of the system while the child has heard nothing yet.

/**
 * Resolves once the process is Deno and every thread of it is filtered. Rejects with an Error that says what is open, or
 * that the system does not tell.
 */
export async function inspectFiltered(
  pid: number,
  { command: [deno], files, dataKb }: Pick<Program, 'command' | 'files' | 'dataKb'>,
  signal: AbortSignal,
): Promise<void> {
  while (!hasOwnFilter(statusOf(`${pid}`), statusOf('self'))) await setTimeout(LOOK_MS, undefined, { signal })
  require(isProgram(pid, deno), 'it is another program')
  const status = statusOf(`${pid}`)
  require(status.get('PPid') === `${process.pid}`, 'it is the child of another process')
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    const of = statusOf(`${pid}/task/${thread}`)
    require(hasOwnFilter(of, statusOf('self')), 'a thread of it is not filtered')
    require(of.get('NoNewPrivs') === '1', 'a thread of it may gain privileges')
  }
  checkEnvironment(pid, DENO_ENVIRONMENT)
  checkLimits(pid, dataKb)
  checkDescriptors(pid, files)
}

/**
 * Whether a process has a filter beside those of the one that started it, which it has from the start: within a container
 * there is one. Throws an Error where the system does not count them.
 */
export function hasOwnFilter(
  status: ReadonlyMap<string, string>,
  starter: ReadonlyMap<string, string>,
): boolean {
  if (status.get('Seccomp') !== FILTERED) return false
  if (starter.get('Seccomp') === '0') return true
  const [own, before] = [status, starter].map((one) => Number(one.get('Seccomp_filters')))
  require(Number.isInteger(own) && Number.isInteger(before), 'its filters cannot be told from ours')
  return Number(own) > Number(before)
}

function isProgram(pid: number, path: string): boolean {
  const [own, found] = [statSync(path), statSync(`/proc/${pid}/exe`)]
  return own.dev === found.dev && own.ino === found.ino
}
