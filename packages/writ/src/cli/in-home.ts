import { createWrit, type Writ, type WritOptions } from '../index.ts'
import { homeOf } from './home.ts'

/** Does something in the home that flags name, and closes it. */
export async function inHome<T>(
  flags: { readonly home?: string },
  work: (writ: Writ) => Promise<T>,
  options: Omit<WritOptions, 'home'> = {},
): Promise<T> {
  const writ = await createWrit({ ...homeOf(flags), ...options })
  try {
    return await work(writ)
  } finally {
    await writ.close()
  }
}
