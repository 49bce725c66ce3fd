import { createHash } from 'node:crypto'
import type { SourceFile } from './source-file.ts'

/** What the engine runs on. Cedar keeps what it has read by `name`, and a thread refuses a second source of one name. */
export interface EngineSource {
  readonly name: string
  readonly schema: SourceFile
  readonly policies: readonly SourceFile[]
}

/** SHA-256 (hex) of what the engine loads: names and texts of schema and policies, in their order. */
export function contentOf({ schema, policies }: EngineSource): string {
  const files = [schema, ...policies].map(({ name, text }) => [name, text])
  return createHash('sha256').update(JSON.stringify(files)).digest('hex')
}
