import { PERSONAL_DIRECTORY, readBundleDirectory } from './bundle-directory.ts'
import type { EngineSource } from './engine-source.ts'
import { namedSource } from './named-source.ts'

/** The built-in personal bundle as the engine takes it. */
export async function builtInSource(): Promise<EngineSource> {
  const { schema, policies } = await readBundleDirectory(PERSONAL_DIRECTORY)
  if (schema === undefined)
    throw new Error(`the built-in policy bundle in ${PERSONAL_DIRECTORY} is incomplete`)
  return namedSource(schema, policies)
}
