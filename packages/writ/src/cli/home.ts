/** Where the state is when nobody says. */
const DEFAULT_HOME = '.writ'

/** The home a command works in: the flag, else the environment, else the default. */
export function homeOf(flags: { readonly home?: string }): { readonly home: string } {
  return { home: flags.home ?? (process.env.WRIT_HOME || DEFAULT_HOME) }
}
