import { WritError } from '@writ/contract'
import { DEFAULT_HOME } from '../index.ts'

/** The home a command works in: the flag, else the environment, else the default. Throws `HOME_UNUSABLE`. */
export function homeOf(flags: { readonly home?: string }): { readonly home: string } {
  // As a path the empty name is the working directory, which nobody means.
  if (flags.home === '') throw new WritError('HOME_UNUSABLE', 'The home directory has an empty name.')
  return { home: flags.home ?? (process.env.WRIT_HOME || DEFAULT_HOME) }
}

/** What a command that is named for somebody to type needs so that it works in the same home. */
export function homeOption({ home }: { readonly home?: string }): string {
  if (home === undefined) return ''
  return /^[\w./-]+$/.test(home) ? ` --home ${home}` : ` --home '${home.replaceAll("'", `'\\''`)}'`
}
