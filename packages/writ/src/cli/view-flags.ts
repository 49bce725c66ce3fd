import { defined } from '@writ/contract'
import { createWrit, type ViewOptions, type Writ } from '../index.ts'
import { loadConfig } from './config.ts'
import { homeOf } from './home.ts'

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
  const writ = await createWrit({ ...homeOf(flags), ...defined({ policy }) })
  try {
    return await look(writ, {
      ...defined({ principal: as, purpose }),
    })
  } finally {
    await writ.close()
  }
}
