import { defined } from '@writ/contract'
import { loadConfig } from './config.ts'
import type { DeliverFlags } from './deliver.ts'
import { deliverAttended } from './deliver-attended.ts'
import { inHome } from './in-home.ts'
import { modelAccess } from './model-access.ts'

export interface ResumeFlags extends DeliverFlags {
  readonly keyEnv?: string
  readonly pythonPackages?: string
}

/**
 * Goes on with a run whose process ended, with what it began with; keys come from the environment. Prints
 * the answer and resolves with its exit code.
 */
export async function resume(name: string, flags: ResumeFlags): Promise<number> {
  const config = loadConfig(process.cwd(), process.env)
  const { pythonPackages = config.pythonPackages } = flags
  const { baseUrl: _, ...access } = modelAccess(flags, config, process.env)
  return await inHome(
    flags,
    async (writ) => {
      const run = await writ.find(name)
      return await deliverAttended(writ, flags, (attendance) => writ.resume(run, attendance), {
        run,
      })
    },
    { ...access, ...defined({ models: config.models, pythonPackages }) },
  )
}
