import type { CellResult, Sandbox, Vm, VmOptions } from '@writ/contract'
import { afterAll } from 'vitest'
import { fullyConfined } from '../fully-confined.fixture.ts'
import { echo, type Host, runCell, vmOptions } from '../vm-fixture.ts'
import { openPython } from './open-python.ts'

// What tests of Python cells share. An interpreter takes a second to come up, so that tests which can share one do.

export const pythonOptions = (changes: Partial<VmOptions> = {}): VmOptions =>
  vmOptions({ memoryBytes: 128 * 1024 * 1024, language: 'python', ...changes })

/** What the tests of a file share. */
interface PythonHere {
  /** Why nothing can be shown here, and the rest is not there; undefined where it is. */
  readonly lack: string | undefined
  readonly sandbox: Sandbox
  readonly vm: Vm
}

/** Opens a sandbox and a VM for the tests of a file, where cells of Python can run. They are closed after the last test. */
export async function pythonHere(): Promise<PythonHere> {
  const lack = await fullyConfined()
  if (lack !== undefined) return { lack } as PythonHere
  const sandbox = await openPython()
  afterAll(() => sandbox.close())
  return { lack, sandbox, vm: await sandbox.open(pythonOptions()) }
}

/** Runs a cell of Python. */
export async function python(
  vm: Vm,
  code: string,
  limits: Parameters<typeof runCell>[2] = {},
  host: Host = echo,
  signal?: AbortSignal,
): Promise<CellResult> {
  return await runCell(vm, code, limits, host, signal, 'python')
}

/** What a cell shows, or its error. */
export async function shownBy(vm: Vm, code: string, host: Host = echo): Promise<string> {
  const { shown, output, error } = await python(vm, code, {}, host)
  if (error !== undefined) return `${error.name}: ${error.message.split('\n')[0]}`
  return shown ?? output.trimEnd()
}

/** Runs cells one after another in a VM of their own, and gives what came of each. */
export async function inVm(
  sandbox: Sandbox,
  cells: readonly string[],
  changes: Partial<VmOptions> = {},
  host: Host = echo,
): Promise<CellResult[]> {
  const vm = await sandbox.open(pythonOptions(changes))
  try {
    const results: CellResult[] = []
    for (const code of cells) results.push(await python(vm, code, {}, host))
    return results
  } finally {
    await vm.close()
  }
}
