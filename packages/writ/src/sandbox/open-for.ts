import type { Sandbox } from '@writ/contract'
import { openSandbox } from './open-sandbox.ts'
import type { AskedSandbox } from './sandbox-pool.ts'
import { sayPreparing } from './say-preparing.ts'

/** Opens a sandbox without a home, where no packages are installed. What runs Python is loaded when it is asked for. */
export async function openFor({ language, packages = [], onEvent }: AskedSandbox): Promise<Sandbox> {
  if (language !== 'python') return await openSandbox()
  const { openPython, withRecorded } = await import('./python/open-python.ts')
  return await sayPreparing(onEvent, async () => await openPython(await withRecorded(packages, {})))
}
