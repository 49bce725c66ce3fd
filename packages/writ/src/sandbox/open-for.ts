import type { PythonPackage, ReplLanguage, Sandbox } from '@writ/contract'
import { openSandbox } from './open-sandbox.ts'

/** Opens a sandbox for frames that write a language, without a home. What runs Python is loaded when it is asked for. */
export async function openFor(
  language: ReplLanguage,
  packages: readonly PythonPackage[] = [],
): Promise<Sandbox> {
  if (language !== 'python') return await openSandbox()
  const { openPython, withRecorded } = await import('./python/open-python.ts')
  return await openPython(await withRecorded(packages, {}))
}
