import { basename } from 'node:path'
import { type Validator, WritError } from '@writ/contract'
import type { ValidatorSource } from '../files/options.ts'
import { parseCell } from '../sandbox/worker/cell-parser.ts'
import { languageOf, textOf } from './find-script.ts'
import { Source } from './script-source.ts'

/** Reads a validator, which is parsed and not run. Throws `UNKNOWN_SCRIPT`, and `BAD_SCRIPT` with the place. */
export function readValidator(given: ValidatorSource): Validator {
  const { name, language, code } =
    typeof given === 'string' ? fromFile(given) : { ...given, language: 'javascript' as const }
  const source = new Source(code, name)
  source.parse(source.plain(language), parseCell)
  return { name, cell: { language, code } }
}

function fromFile(path: string): Validator['cell'] & { readonly name: string } {
  const language = languageOf(path)
  if (language === undefined)
    throw new WritError('UNKNOWN_SCRIPT', `The validator ${path} is no .js or .ts file.`)
  return { name: basename(path), language, code: textOf(path) }
}
