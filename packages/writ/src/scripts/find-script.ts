import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, extname } from 'node:path'
import { type CellCode, WritError } from '@writ/contract'
import { readScript, type ScriptFile, type ScriptMeta } from './read-script.ts'

/** Larger files are no script somebody wrote. */
const MOST_BYTES = 1_000_000

/** By the extension of a file. */
const LANGUAGES: Readonly<Record<string, CellCode['language']>> = {
  '.js': 'javascript',
  '.mjs': 'javascript',
  '.ts': 'typescript',
  '.mts': 'typescript',
}

const shipped = new URL('./shipped/', import.meta.url)

/** A script as it is listed: what it says of itself, and its plan hash. */
export interface ListedScript extends ScriptMeta {
  readonly planHash: string
}

/** Scripts that come with Writ, by name. */
export function listScripts(): readonly ListedScript[] {
  return shippedScripts().map(({ meta, planHash }) => ({ ...meta, planHash }))
}

function shippedScripts(): readonly ScriptFile[] {
  return readdirSync(shipped)
    .filter((file) => file.endsWith('.js'))
    .sort()
    .map((file) => readScript(readFileSync(new URL(file, shipped), 'utf8'), 'javascript', file))
}

/** The script of a name that comes with Writ, else of a file. Throws `UNKNOWN_SCRIPT` and `BAD_SCRIPT`. */
export function findScript(named: string): ScriptFile {
  const known = /^[a-z][a-z0-9-]*$/.test(named) ? shippedText(named) : undefined
  if (known !== undefined) return readScript(known, 'javascript', named)
  const language = languageOf(named)
  if (language === undefined)
    throw new WritError(
      'UNKNOWN_SCRIPT',
      `There is no script "${named}": it is no name of one that comes with Writ, and no .js or .ts file.`,
    )
  return readScript(textOf(named), language, basename(named))
}

function shippedText(name: string): string | undefined {
  const files = readdirSync(shipped)
  return files.includes(`${name}.js`) ? readFileSync(new URL(`${name}.js`, shipped), 'utf8') : undefined
}

/** The language of a file; undefined for one that is no code. */
export function languageOf(path: string): CellCode['language'] | undefined {
  return LANGUAGES[extname(path)]
}

/** The text of a file of code. Throws `UNKNOWN_SCRIPT` and `BAD_SCRIPT`. */
export function textOf(path: string): string {
  try {
    const { size } = statSync(path)
    if (size > MOST_BYTES)
      throw new WritError('BAD_SCRIPT', `${path} has ${size} bytes; a script has at most ${MOST_BYTES}.`)
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(readFileSync(path))
  } catch (error) {
    if (error instanceof WritError) throw error
    throw new WritError(
      'UNKNOWN_SCRIPT',
      `The file ${path} cannot be read: ${error instanceof Error ? error.message : String(error)}.`,
      {
        cause: error,
      },
    )
  }
}
