import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { devNull } from 'node:os'
import { WritError } from '@writ/contract'
import { inheritedDescriptors } from './inherited-descriptors.ts'

/**
 * Starts a program with sockets at some descriptors, in a group of its own when it is to be killed with what it starts.
 * Whatever else it would inherit leads nowhere there. Throws `SANDBOX_FAILED` where the system starts no process.
 */
export function startProgram(
  command: string,
  args: readonly string[],
  sockets: readonly number[],
  detached: boolean,
  env: Readonly<Record<string, string>> = {},
): ChildProcess {
  let reason = ''
  try {
    const child = spawned(command, args, sockets, detached, env)
    if (child.pid !== undefined) return child
    child.on('error', () => undefined) // it says so later, when nobody waits for it
  } catch (error) {
    reason = ` (${error instanceof Error ? error.message : String(error)})`
  }
  throw new WritError(
    'SANDBOX_FAILED',
    `the system starts no process for the sandbox${reason}: raise its limits of open files and processes ` +
      '(ulimit -n, ulimit -u), or free memory',
  )
}

function spawned(
  command: string,
  args: readonly string[],
  sockets: readonly number[],
  detached: boolean,
  env: Readonly<Record<string, string>>,
): ChildProcess {
  const nowhere = openSync(devNull, 'r')
  try {
    const inherited = inheritedDescriptors()
    const stdio = Array.from({ length: Math.max(...sockets, ...inherited) + 1 }, (_, fd) => {
      if (fd === 2 || sockets.includes(fd)) return 'pipe'
      return inherited.includes(fd) ? nowhere : 'ignore'
    })
    return spawn(command, args, { cwd: '/', env, stdio, detached })
  } finally {
    closeSync(nowhere)
  }
}
