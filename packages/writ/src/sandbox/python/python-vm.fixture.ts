import type { CellResult, Sandbox, Vm, VmOptions } from '@writ/contract'
import { echo, type Host, runCell, vmOptions } from '../vm-fixture.ts'

// What tests of Python cells share. An interpreter takes a second to come up, so that tests which can share one do.

export const pythonOptions = (changes: Partial<VmOptions> = {}): VmOptions =>
  vmOptions({ memoryBytes: 128 * 1024 * 1024, language: 'python', ...changes })

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
