const PREFIX = 'script:'

/** The name or path of a script that a strategy names; undefined when it names none. */
export function scriptNamed(strategy: string): string | undefined {
  return strategy.startsWith(PREFIX) ? strategy.slice(PREFIX.length) : undefined
}
