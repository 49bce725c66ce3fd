import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Plan } from './trial.ts'

const run = promisify(execFile)

/** Sizes of a disk that fills up: while the run is opened, in its middle, near its end. */
const FULL_AT = ['600k', '900k', '1300k']
/** Which of the two SQLite calls depends on how it was built. */
const FLUSH = 'fsync,fdatasync'
/** The flush that fails, counted from the start of each thread: the ledger's makes nearly all of them. */
const FAILING_FLUSH = [12, 20, 28]

/**
 * Runs on a disk that is full, then given room, and runs whose flush to disk fails (by strace, which makes the system call
 * return an error). What this machine cannot do is said and left out.
 */
export async function faultyDiskPlans(): Promise<{ readonly name: string; readonly plan: Plan }[]> {
  const plans: { name: string; plan: Plan }[] = []
  for (const size of FULL_AT) {
    const home = await mkdtemp(join(tmpdir(), 'writ-chaos-disk-'))
    try {
      await run('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', home])
    } catch {
      process.stdout.write('full disk: left out, a tmpfs cannot be mounted here\n')
      await rm(home, { recursive: true })
      break
    }
    const mend = async (): Promise<void> => void (await run('mount', ['-o', 'remount,size=64m', home]))
    process.on('exit', () => void execFile('umount', ['-l', home]))
    plans.push({
      name: `disk full at ${size}`,
      plan: { cuts: [], signal: 'SIGKILL', home: join(home, 'home'), mend },
    })
  }
  const traced = await run('strace', ['-V']).then(
    () => true,
    () => false,
  )
  if (!traced) process.stdout.write('failing flush: left out, there is no strace here\n')
  for (const when of traced ? FAILING_FLUSH : []) {
    const inject = `inject=${FLUSH}:error=EIO:when=${when}+`
    const wrap = ['strace', '-f', '-qq', '-o', '/dev/null', '-e', `trace=${FLUSH}`, '-e', inject]
    plans.push({ name: `flush ${when} fails`, plan: { cuts: [], signal: 'SIGKILL', wrap } })
  }
  return plans
}
