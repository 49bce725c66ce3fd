import type { Sandbox } from '@writ/contract'
import { openSandbox } from '../sandbox/index.ts'

/** Gives a run a sandbox of its own, so that ending the run can end every cell at once. */
export async function inSandbox<T>(work: (sandbox: Sandbox) => Promise<T>): Promise<T> {
  const sandbox = await openSandbox()
  try {
    return await work(sandbox)
  } finally {
    await sandbox.close()
  }
}
