import { readFileSync, readlinkSync, statSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import {
  checkDescriptors,
  checkEnvironment,
  checkLimits,
  environmentOf,
  FILTERED,
  LOOK_MS,
  require,
  statusOf,
} from './inspect-process.ts'
import type { Program } from './program-limits.ts'

// Whether a child is confined, asked of the system while the child has heard nothing yet. Neither bubblewrap nor the
// child is believed: a program of that name may do something else, and a system may refuse a part of it silently.

const NAMESPACES = ['user', 'ipc', 'pid', 'net', 'uts', 'cgroup', 'mnt']
const CAPABILITIES = ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb']

/** The directory that bubblewrap makes in a file system of its own, which becomes the root. */
const NEW_ROOT = '/newroot'

/**
 * Resolves once the process is the program and confined. Rejects with an Error that says what is open, or that the
 * system does not tell.
 */
export async function inspectChild(
  pid: number,
  parent: number,
  { files, dataKb }: Pick<Program, 'files' | 'dataKb'>,
  signal: AbortSignal,
): Promise<void> {
  while (!isUp(pid)) await setTimeout(LOOK_MS, undefined, { signal })
  const status = statusOf(`${pid}`)
  require(status.get('PPid') === `${parent}`, 'the process named is another one')
  for (const name of NAMESPACES)
    require(namespace(pid, name) !== namespace('self', name), `it shares the ${name} namespace`)
  for (const name of CAPABILITIES)
    require(/^0+$/.test(status.get(name) ?? ''), `it has capabilities (${name})`)
  require(status.get('NoNewPrivs') === '1', 'it may gain privileges')
  require(status.get('Seccomp') === FILTERED, 'its system calls are not filtered')
  checkFiles(pid, files)
  checkEnvironment(pid, {}) // bubblewrap says where the child stands, and nothing else
  checkLimits(pid, dataKb)
  checkDescriptors(pid, files)
  const [, , ...interfaces] = readFileSync(`/proc/${pid}/net/dev`, 'utf8').trim().split('\n')
  require(interfaces.every((line) => line.trim().startsWith('lo:')), 'it has a network')
}

/** Whether the process is Node by now. Its environment is the last that the kernel puts in place; bubblewrap leaves a word in it. */
function isUp(pid: number): boolean {
  const [node, found] = [statSync(process.execPath), statSync(`/proc/${pid}/exe`)]
  return node.dev === found.dev && node.ino === found.ino && environmentOf(pid) !== ''
}

const namespace = (pid: number | 'self', name: string): string => readlinkSync(`/proc/${pid}/ns/${name}`)

/** Its root is an empty one, and it sees the named files only, none of which it can change. */
function checkFiles(pid: number, files: readonly string[]): void {
  const mounts = readFileSync(`/proc/${pid}/mountinfo`, 'utf8').trim().split('\n').map(mountOf)
  const roots = mounts.filter(({ at }) => at === '/')
  const own = roots.every(({ type, of }) => type === 'tmpfs' && of === NEW_ROOT)
  require(own && roots.length > 0, 'its root is not an empty one')
  for (const { at, options } of mounts) {
    require(at === '/' || files.includes(at), `it sees ${at}`)
    require(options.includes('ro'), `it can write to ${at}`)
  }
}

/** A line of the list of mounts: where it is, what it shows of its file system, and how. */
function mountOf(line: string): { at: string; of: string; options: readonly string[]; type: string } {
  const [own = '', shown = ''] = line.split(' - ')
  const [, , , of = '', at = '', options = ''] = own.split(' ')
  return {
    of,
    at: at.replaceAll(/\\([0-7]{3})/g, (_match, octal: string) =>
      String.fromCharCode(Number.parseInt(octal, 8)),
    ),
    options: options.split(','),
    type: shown.split(' ')[0] ?? '',
  }
}
