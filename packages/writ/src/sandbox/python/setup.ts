import type { ProvidedName, VmSetup } from '../worker/orders.ts'

/** A function of the host as Python says it: its first parameters, and those that the host is given as one object. */
export interface PythonFunction extends ProvidedName {
  readonly args: readonly string[]
  readonly options: readonly string[]
}

/** Everything that makes a Python VM what it is before its first cell. */
export interface PythonSetup extends VmSetup {
  readonly functions: readonly PythonFunction[]
}
