import { lstatSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isWritError, type LabelRule, parseLabel, WritError } from '@writ/contract'
import { MAX_SETTINGS_BYTES } from './limits.ts'
import { MANIFEST_NAME } from './walk.ts'

/**
 * The rules of a directory's `corpus.json`, none without one:
 * `{"labels": [{"glob": "hr/**", "label": "restricted:PII"}]}`.
 * They say nothing of trust: a corpus cannot vouch for itself. Throws `BAD_CONFIG` naming the file and the field; a field it does not know is a mistake too.
 * Checked by hand: loading zod here would slow the start of every worker.
 */
export function readManifest(directory: string): LabelRule[] {
  const path = join(directory, MANIFEST_NAME)
  const fail = (what: string, cause?: unknown): never => {
    throw new WritError('BAD_CONFIG', `${path}: ${what}`, { cause })
  }
  try {
    const facts = lstatSync(path, { throwIfNoEntry: false })
    if (facts === undefined) return []
    if (!facts.isFile()) return fail('is not a regular file')
    if (facts.size > MAX_SETTINGS_BYTES) return fail(`is larger than ${MAX_SETTINGS_BYTES} bytes`)
    return parseRules(JSON.parse(readFileSync(path, 'utf8')))
  } catch (error) {
    if (isWritError(error)) throw error
    return fail(error instanceof Error ? error.message : String(error), error)
  }
}

function parseRules(value: unknown): LabelRule[] {
  const { labels } = fields(value, 'the top level', ['labels'])
  if (!Array.isArray(labels)) throw new Error('labels: must be an array')
  return labels.map((rule: unknown, at) => parseRule(rule, `labels[${at}]`))
}

function parseRule(value: unknown, at: string): LabelRule {
  const { glob, label: text, trusted } = fields(value, at, ['glob', 'label', 'trusted'])
  if (typeof glob !== 'string' || glob === '')
    throw new Error(`${at}.glob: must be a string that is not empty`)
  if (trusted !== undefined)
    throw new Error(`${at}.trusted: a corpus cannot vouch for itself; trust it in the user configuration`)
  const label = typeof text === 'string' ? parseLabel(text) : undefined
  if (label === undefined) throw new Error(`${at}.label: ${JSON.stringify(text)} is not a label`)
  return { glob, label }
}

function fields(value: unknown, at: string, known: readonly string[]): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error(`${at}: must be an object`)
  const strange = Object.keys(value).find((key) => !known.includes(key))
  if (strange !== undefined) throw new Error(`${at}: has no field ${JSON.stringify(strange)}`)
  return { ...value }
}
