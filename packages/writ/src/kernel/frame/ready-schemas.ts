import type { SubCall } from '@writ/contract'
import { type CheckedSchema, checkedSchema } from '../../schema/index.ts'

/** Schemas that one frame keeps ready. */
const MOST = 16

/** The schemas of a frame's sub-calls, made ready once. */
export class ReadySchemas {
  readonly #ready = new Map<string, Promise<CheckedSchema>>()

  /** The schema of each sub-call, null for one that may answer any text. Rejects with `BAD_SCHEMA`. */
  async of(calls: readonly SubCall[]): Promise<readonly (CheckedSchema | null)[]> {
    return await Promise.all(
      calls.map(async ({ schema }) => {
        if (schema === undefined) return null
        const text = JSON.stringify(schema)
        const ready = this.#ready.get(text) ?? checkedSchema(schema)
        if (this.#ready.size < MOST) this.#ready.set(text, ready)
        return await ready
      }),
    )
  }
}
