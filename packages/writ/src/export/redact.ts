import { WritError } from '@writ/contract'
import { canonicalBytes, type DisclosuresFile } from '@writ/evidence'

/** Fields by the name people know them by. */
const NAMED: Readonly<Record<string, string>> = {
  question: 'run.open/question',
  earlier: 'run.open/earlier',
  omitted: 'run.open/omitted',
  answer: 'output.release/value',
  citations: 'output.release/citations',
  problems: 'output.release/problems',
  denials: 'run.close/denials',
  documents: 'run.close/perDocument',
}

/** `disclosures.json` with fewer fields. */
export interface Redaction {
  readonly file: Uint8Array
  /** Paths of the fields that were closed. */
  readonly paths: readonly string[]
}

/**
 * Closes fields of a run's disclosures: each given by name or as `lane/n/field`. The commitments stay in the records.
 * Throws `USAGE` for a name of nothing that the file lays open: a slip must not leave open what was to be closed.
 */
export function redacted(disclosures: DisclosuresFile, closing: readonly string[]): Redaction {
  const paths = new Set<string>()
  for (const name of closing) {
    const found = disclosures.items.filter(({ path, field }) => path === name || field === NAMED[name])
    if (found.length === 0)
      throw new WritError(
        'USAGE',
        `The file lays open nothing called ${name}; it has ${disclosures.items.map(({ path }) => path).join(', ') || 'nothing'}.`,
      )
    for (const { path } of found) paths.add(path)
  }
  const items = disclosures.items.filter(({ path }) => !paths.has(path))
  return { file: canonicalBytes({ ...disclosures, items }), paths: [...paths] }
}
