import type { Json, JsonObject } from './json.ts'
import type { DocumentInfo } from './partition.ts'
import type { CellCode } from './sandbox.ts'

/** A workflow that a person wrote: the root frame runs it as a cell instead of asking a model what to do. */
export interface Script {
  readonly name: string
  /** SHA-256 (hex) of the file, its `meta` included: the plan hash, which governance may approve. */
  readonly planHash: string
  /** The file as it was read. */
  readonly text: string
  /** What runs: the text without the `export` of its `meta`. */
  readonly cell: CellCode
  /** The value of `input`, validated, as JSON text. */
  readonly inputJson: string
}

/** A script as a frame is told of it. */
export interface ScriptListing {
  readonly name: string
  readonly description: string | null
  readonly planHash: string
  /** JSON Schemas of what it is given and of what it releases; null for anything. */
  readonly input: JsonObject | null
  readonly output: JsonObject | null
}

/** A script that the frames of a run may run by name. */
export interface NamedScript extends ScriptListing {
  readonly text: string
  readonly cell: CellCode
  /** Sub-calls that it allows itself; null where it says none. */
  readonly calls: number | null
}

/**
 * Adds up the most sub-calls of a script from its text, an input and the documents in reach; nothing of it runs. Null where
 * that cannot be told.
 */
export type CountCalls = (
  script: NamedScript,
  input: Json,
  documents: readonly Pick<DocumentInfo, 'bytes' | 'outlineSize'>[],
) => Promise<number | null>
