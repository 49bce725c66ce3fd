import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type IngestRequest, label } from '@writ/contract'

/** A directory of a test with a place for documents and one for the home; removed by `remove`. */
export interface Workspace {
  readonly base: string
  readonly home: string
  readonly docs: string
  readonly write: (path: string, content: string | Uint8Array) => void
  readonly request: (changes?: Partial<IngestRequest>) => IngestRequest
  readonly remove: () => void
}

/** A request for all documents of a directory, under one label. */
export function requestFor(docs: string, home: string): IngestRequest {
  return {
    paths: [docs],
    texts: [],
    defaultLabel: label('internal', [], true),
    labels: [],
    collection: 'default',
    purposes: ['general'],
    owner: 'tester',
    home,
  }
}

export function workspace(): Workspace {
  const base = realpathSync(mkdtempSync(join(tmpdir(), 'writ-memory-')))
  const home = join(base, 'home')
  const docs = join(base, 'docs')
  mkdirSync(docs)
  return {
    base,
    home,
    docs,
    write: (path, content) => {
      mkdirSync(dirname(join(docs, path)), { recursive: true })
      writeFileSync(join(docs, path), content)
    },
    request: (changes = {}) => ({ ...requestFor(docs, home), ...changes }),
    remove: () => rmSync(base, { recursive: true, force: true }),
  }
}
