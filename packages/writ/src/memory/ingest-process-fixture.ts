import { label } from '@writ/contract'
import { openLibrary } from './library.ts'

// Ingests a directory into a home, for a test that kills it: home, directory, bytes of a part.

const [home = '', docs = '', part = ''] = process.argv.slice(2)
const library = await openLibrary(home, { partBytes: Number(part) })
process.stdout.write('ready\n')
const store = await library.ingest('docs', {
  paths: [docs],
  texts: [],
  defaultLabel: label('internal', [], true),
  labels: [],
  collection: 'default',
  purposes: ['general'],
  owner: 'tester',
  home,
})
await store.close()
await library.close()
