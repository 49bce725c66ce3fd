import type { Contents } from '@writ/evidence'
import type { RunSource } from './run-source.ts'

/** A run as an evidence file holds it: its records, and of what lies beside them only what the file lays open. */
export function evidenceSource({ run, records, disclosures, erasure }: Contents): RunSource {
  const texts = new Map(disclosures.items.map(({ path, text }) => [path, text]))
  return {
    run,
    keyed: false,
    origin: 'evidence',
    erasure: erasure?.statement.predicate,
    async *records() {
      for await (const { leaves } of records()) yield* leaves
    },
    paths: (prefix) => Promise.resolve([...texts.keys()].filter((path) => path.startsWith(prefix)).sort()),
    text: (path) => Promise.resolve(texts.get(path)),
  }
}
