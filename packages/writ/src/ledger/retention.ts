import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { WritError } from '@writ/contract'
import { z } from 'zod'
import { replaceFile } from '../disk/durable-file.ts'
import { prepareHome } from './home.ts'
import { isRunId } from './run-key.ts'

/** The retention class a run was asked under. How long that is says the configuration at the time of erasing. */
export interface Retention {
  readonly run: string
  /** Null when the file cannot be read. */
  readonly class: string | null
}

/** A name of a class: lower-case letters, digits, hyphens. */
export const RETENTION_CLASS: RegExp = /^[a-z][a-z0-9-]{0,31}$/

const retentionFile = z.strictObject({
  schema: z.literal('writ.retention/1'),
  run: z.string(),
  class: z.string().regex(RETENTION_CLASS),
})

/** Keeps the class of a run beside its records; on disk when this returns. Throws `USAGE` for what is no name of a class. */
export function recordRetention(home: string, run: string, name: string): void {
  if (!RETENTION_CLASS.test(name)) throw new WritError('USAGE', `'${name}' is no name of a retention class.`)
  const directory = directoryOf(home)
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const content = { schema: 'writ.retention/1', run, class: name }
  replaceFile(join(directory, `${run}.json`), `${JSON.stringify(content)}\n`, 0o600)
}

/** The class of every run that has one, by run. */
export function listRetention(home: string): readonly Retention[] {
  const directory = directoryOf(home)
  const names = existsSync(directory) ? readdirSync(directory) : []
  const runs = names.filter((name) => name.endsWith('.json')).map((name) => name.slice(0, -'.json'.length))
  return runs
    .filter(isRunId)
    .toSorted((a, b) => (a < b ? -1 : 1))
    .map((run) => ({ run, class: readClass(join(directory, `${run}.json`), run) }))
}

/** The class of a run; undefined for one without, and where it cannot be read. */
export function retentionOf(home: string, run: string): string | undefined {
  if (!isRunId(run)) return undefined
  return readClass(join(directoryOf(home), `${run}.json`), run) ?? undefined
}

function readClass(path: string, run: string): string | null {
  try {
    const read = retentionFile.parse(JSON.parse(readFileSync(path, 'utf8')))
    return read.run === run ? read.class : null
  } catch {
    return null
  }
}

function directoryOf(home: string): string {
  return join(prepareHome(home).root, 'retention')
}
