import { defined } from '@writ/contract'
import type { ViewOptions, Writ } from '../index.ts'
import { loadConfig } from './config.ts'
import { inHome } from './in-home.ts'

/** Who looks at a run, under which policy: flags over the configuration. */
export interface ViewFlags {
  readonly home?: string
  readonly json?: boolean
  readonly policy?: string
  readonly as?: string
  readonly purpose?: string
}

/** Looks at something of a home as the flags say, and closes it again. */
export async function looking<T>(
  flags: ViewFlags,
  look: (writ: Writ, as: ViewOptions) => Promise<T>,
): Promise<T> {
  const config = loadConfig(process.cwd(), process.env)
  const { policy = config.policy, as = config.user, purpose = config.purpose } = flags
  return await inHome(flags, (writ) => look(writ, defined({ principal: as, purpose })), defined({ policy }))
}
