import { WritError } from '@writ/contract'

/** The packages that speak the protocols of vendors, each with the version that Writ is tested with. */
export const OPTIONAL_PACKAGES = {
  '@ai-sdk/anthropic': '4.0.105',
  '@ai-sdk/google': '4.0.121',
  '@ai-sdk/openai': '4.0.118',
} as const

export type OptionalPackage = keyof typeof OPTIONAL_PACKAGES

/** Loads a package that is installed by whoever needs it. Rejects with `PROVIDER_NOT_INSTALLED` when it is not there. */
export async function loadOptional<T>(name: OptionalPackage, load: () => Promise<T>): Promise<T> {
  try {
    return await load()
  } catch (cause) {
    if (!isMissing(cause, name)) throw cause
    const install = `npm install ${name}@${OPTIONAL_PACKAGES[name]}`
    throw new WritError(
      'PROVIDER_NOT_INSTALLED',
      `The package ${name}, which reaches this model, is not installed.`,
      {
        next: `Install it where Writ is installed: ${install}`,
        cause,
      },
    )
  }
}

/** Whether it is the package that was not found, and not something that the package itself needs. */
function isMissing(error: unknown, name: string): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    error.code === 'ERR_MODULE_NOT_FOUND' &&
    error.message.includes(`'${name}'`)
  )
}
