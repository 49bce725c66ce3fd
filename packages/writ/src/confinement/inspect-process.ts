import { readdirSync, readFileSync, readlinkSync, type Stats, statSync } from 'node:fs'
import { MOST_FILES } from './program-limits.ts'

// What the system says of a process of ours. Each check throws an Error that says what is open.

/** How often one looks whether it is there yet. */
export const LOOK_MS = 1

/** What the system says of a process whose calls a filter decides. */
export const FILTERED = '2'

/** Its environment is no more than this, and where it stands. */
export function checkEnvironment(pid: number, own: Readonly<Record<string, string>>): void {
  const known = new Set(['', 'PWD=/', ...Object.entries(own).map(([name, value]) => `${name}=${value}`)])
  for (const entry of environmentOf(pid).split('\0'))
    require(known.has(entry), `it has an environment: ${entry.split('=')[0]}`)
}

export const environmentOf = (pid: number): string => readFileSync(`/proc/${pid}/environ`, 'utf8')

export function checkLimits(pid: number, dataKb: number): void {
  const limits = new Map(
    readFileSync(`/proc/${pid}/limits`, 'utf8')
      .split('\n')
      .map((line) => line.split(/\s{2,}/))
      .map(([name = '', , hard = '']) => [name, hard === 'unlimited' ? Infinity : Number(hard)]),
  )
  const most = {
    'Max core file size': 0,
    'Max file size': 0,
    'Max open files': MOST_FILES,
    'Max data size': dataKb * 1024,
  }
  for (const [name, value] of Object.entries(most))
    require((limits.get(name) ?? Infinity) <= value, `it has no limit: ${name}`)
}

/** It has nothing open that came along, from this process or from what started it, but its input, output and the wire. */
export function checkDescriptors(pid: number, files: readonly string[]): void {
  const own = new Set(descriptors('self').values())
  const held = descriptors(pid)
  require([0, 1].every((fd) => held.get(fd) === '/dev/null'), 'its input or output leads somewhere')
  for (const [fd, target] of held) {
    if (target === '/dev/null' || target.startsWith('anon_inode:')) continue
    if (target === '/' && isOwnRoot(pid, fd)) continue
    const readable = !target.startsWith('/') || files.some((file) => `${target}/`.startsWith(`${file}/`))
    require(readable && !own.has(target), `it has ${target} open`)
  }
}

/** Whether a descriptor leads to an empty root of the process's own, which Node opens for a moment, or to nothing any more. */
function isOwnRoot(pid: number, fd: number): boolean {
  const open = statSync(`/proc/${pid}/fd/${fd}`, { throwIfNoEntry: false })
  const [root, ours] = [statSync(`/proc/${pid}/root`), statSync('/')]
  return open === undefined || (isSame(open, root) && !isSame(root, ours))
}

function isSame(a: Stats, b: Stats): boolean {
  return a.dev === b.dev && a.ino === b.ino
}

/** What descriptors of a process lead to, by number. */
function descriptors(pid: number | 'self'): ReadonlyMap<number, string> {
  const folder = `/proc/${pid}/fd`
  return new Map(
    readdirSync(folder).flatMap((fd) => {
      try {
        return [[Number(fd), readlinkSync(`${folder}/${fd}`)]]
      } catch {
        return [] // closed meanwhile
      }
    }),
  )
}

/** What the system says of a process, or of a thread of one, by the names it uses. */
export function statusOf(at: string): ReadonlyMap<string, string> {
  const lines = readFileSync(`/proc/${at}/status`, 'utf8').split('\n')
  return new Map(lines.map((line) => [line.split(':')[0] ?? '', line.split(':')[1]?.trim() ?? '']))
}

export function require(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise)
}
