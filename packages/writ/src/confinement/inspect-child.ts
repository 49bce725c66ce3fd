import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { MOST_FILES, type Program } from './bubblewrap.ts'

// Whether a child is confined, asked of the system while the child has heard nothing yet. Neither bubblewrap nor the
// child is believed: a program of that name may do something else, and a system may refuse a part of it silently.

const NAMESPACES = ['user', 'ipc', 'pid', 'net', 'uts', 'cgroup', 'mnt']
const CAPABILITIES = ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb']
const FILTERED = '2'

/** The directory that bubblewrap makes in a file system of its own, which becomes the root. */
const NEW_ROOT = '/newroot'

const LOOK_MS = 1

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
  const status = fieldsOf(readFileSync(`/proc/${pid}/status`, 'utf8'))
  require(status.get('PPid') === `${parent}`, 'the process named is another one')
  for (const name of NAMESPACES)
    require(namespace(pid, name) !== namespace('self', name), `it shares the ${name} namespace`)
  for (const name of CAPABILITIES)
    require(/^0+$/.test(status.get(name) ?? ''), `it has capabilities (${name})`)
  require(status.get('NoNewPrivs') === '1', 'it may gain privileges')
  require(status.get('Seccomp') === FILTERED, 'its system calls are not filtered')
  checkFiles(pid, files)
  checkEnvironment(pid)
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

/** Bubblewrap says where the child stands, and nothing else. */
function checkEnvironment(pid: number): void {
  for (const entry of environmentOf(pid).split('\0'))
    require(entry === '' || entry === 'PWD=/', `it has an environment: ${entry.split('=')[0]}`)
}

const environmentOf = (pid: number): string => readFileSync(`/proc/${pid}/environ`, 'utf8')

function checkLimits(pid: number, dataKb: number): void {
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
function checkDescriptors(pid: number, files: readonly string[]): void {
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

/** Whether a descriptor leads to the empty root of the process, which Node opens for a moment, or to nothing any more. */
function isOwnRoot(pid: number, fd: number): boolean {
  const open = statSync(`/proc/${pid}/fd/${fd}`, { throwIfNoEntry: false })
  const root = statSync(`/proc/${pid}/root`)
  return open === undefined || (open.dev === root.dev && open.ino === root.ino)
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

function fieldsOf(status: string): ReadonlyMap<string, string> {
  return new Map(
    status.split('\n').map((line) => [line.split(':')[0] ?? '', line.split(':')[1]?.trim() ?? '']),
  )
}

function require(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise)
}
