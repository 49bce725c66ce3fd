import { readFile } from 'node:fs/promises'
import { isObject, type Json, type JsonObject, WritError } from '@writ/contract'

/** The JSON Schema in a file. Rejects with `PATH_NOT_FOUND` and `BAD_SCHEMA`. */
export async function schemaFile(path: string): Promise<JsonObject> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new WritError('PATH_NOT_FOUND', `The schema ${path} cannot be read.`, { cause: error })
  })
  let schema: Json
  try {
    schema = JSON.parse(text) as Json
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new WritError('BAD_SCHEMA', `${path} is no JSON: ${why}`, { cause: error })
  }
  if (isObject(schema)) return schema
  throw new WritError('BAD_SCHEMA', `${path} holds no JSON Schema: it is no object.`)
}
