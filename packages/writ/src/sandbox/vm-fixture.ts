import { readdirSync, readFileSync } from 'node:fs'
import type {
  CellCode,
  CellLimits,
  CellResult,
  GuestContext,
  HostCall,
  HostReply,
  Vm,
  VmOptions,
} from '@writ/contract'

// What the tests of this room share.

export const LIMITS: CellLimits = { fuelPolls: 400, calls: 10_000, backstopMs: 20_000, outputChars: 2_000 }
export const NONE: GuestContext = { type: 'none' }

export const vmOptions = (changes: Partial<VmOptions> = {}): VmOptions => ({
  name: 'test',
  memoryBytes: 32 * 1024 * 1024,
  stackBytes: 131_072,
  seed: '0123456789abcdef'.repeat(4),
  epochMs: 1_700_000_000_000,
  functions: ['read', 'docs', 'search', 'llm_query', 'llm_query_batched'],
  context: NONE,
  ...changes,
})

export type Host = (call: HostCall) => HostReply | undefined

/** Answers every call with its name and arguments. */
export const echo: Host = ({ name, argsJson }) => ({
  ok: true,
  json: `{"name":"${name}","args":${argsJson}}`,
})

/** Runs a cell; `host` answers calls at once, or never when it gives undefined. */
export async function runCell(
  vm: Vm,
  code: string,
  limits: Partial<CellLimits> = {},
  host: Host = echo,
  signal: AbortSignal = new AbortController().signal,
  language: CellCode['language'] = 'javascript',
): Promise<CellResult> {
  const onCall = (call: HostCall): void => {
    const reply = host(call)
    if (reply !== undefined) vm.reply(call.id, reply)
  }
  return vm.run({ language, code }, { ...LIMITS, ...limits }, onCall, signal)
}

/** What a cell shows, or its error. */
export async function shownBy(vm: Vm, code: string, host: Host = echo): Promise<string> {
  const { shown, error } = await runCell(vm, code, {}, host)
  return error === undefined ? (shown ?? '') : `${error.name}: ${error.message}`
}

/** Ids of this process's sandbox children. */
export function sandboxChildren(): number[] {
  return childrenWith('sandbox/child/main')
}

/** Ids of this process's children that have this in their command. */
export function childrenWith(said: string): number[] {
  const started = readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && read(`/proc/${entry}/cmdline`).includes(said))
    .map((entry) => ({ pid: Number(entry), parent: parentOf(entry) }))
  const direct = started.filter(({ parent }) => parent === process.pid)
  // Within bubblewrap the child is the child of ours.
  return direct.map(({ pid }) => started.find(({ parent }) => parent === pid)?.pid ?? pid)
}

const parentOf = (pid: string): number => Number(/^PPid:\s+(\d+)/m.exec(read(`/proc/${pid}/status`))?.[1])

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return '' // the process has ended
  }
}
