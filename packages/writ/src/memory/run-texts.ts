import { type Omitted, WritError } from '@writ/contract'
import { textFeed } from './document-source.ts'
import { type Keep, openPartition } from './loaded-partition.ts'
import { PackDirectory } from './pack-directory.ts'
import type { LoadedPartition, WorkerCalls } from './worker-calls.ts'

/** Makes a partition of texts. All of them or none: a text that cannot be kept is a `BAD_REQUEST`. */
export function addTexts(
  { places, key, texts }: WorkerCalls['addTexts']['request'],
  keep: Keep,
): LoadedPartition {
  const omitted: Omitted[] = []
  const candidates = texts.map(({ id, text }) => ({ id, label: key.label, feed: textFeed(text) }))
  const directory = new PackDirectory(places)
  const hash = directory.put(candidates, omitted)
  const refused = omitted[0]
  if (hash === undefined || refused !== undefined) {
    const what = refused
      ? `the text ${JSON.stringify(refused.doc)} is ${refused.code}: ${refused.reason}`
      : 'there are no texts'
    throw new WritError('BAD_REQUEST', `cannot add texts to ${JSON.stringify(key.collection)}: ${what}`)
  }
  return openPartition({ directory, keep }, key, hash)
}
