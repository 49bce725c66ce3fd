import type { Sandbox } from '@writ/contract'
import { openSandbox } from '../open-sandbox.ts'
import type { SandboxChild } from '../sandbox-child.ts'
import { interpreters } from './interpreters.ts'
import { PythonSandbox } from './python-sandbox.ts'

/** Starts an interpreter before it is needed. Rejects as `openPython` does. */
export async function startInterpreter(): Promise<SandboxChild> {
  return (await interpreters()).start()
}

/**
 * Opens a sandbox whose frames write Python, over an interpreter that is up already where one is given. Rejects with
 * `PYTHON_NOT_INSTALLED` and `CONFINEMENT_REDUCED`.
 */
export async function openPython(
  spare?: SandboxChild,
  openJavaScript: () => Promise<Sandbox> = openSandbox,
): Promise<Sandbox> {
  const known = await interpreters()
  const first = spare === undefined || spare.gone !== undefined ? known.start() : spare
  return new PythonSandbox(known, first, openJavaScript)
}
