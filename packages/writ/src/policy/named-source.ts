import { bundleHash } from '@writ/evidence'
import type { EngineSource } from './engine-source.ts'
import type { SourceFile } from './source-file.ts'

/** What the engine runs on for these files, named after them. */
export function namedSource(schema: SourceFile, policies: readonly SourceFile[]): EngineSource {
  return { name: bundleHash(textsOf([schema, ...policies])), schema, policies }
}

/** Texts of files by name. */
export function textsOf(files: readonly SourceFile[]): Readonly<Record<string, string>> {
  return Object.fromEntries(files.map(({ name, text }) => [name, text]))
}
