import { openLibrary } from './library.ts'
import { requestFor } from './memory-fixture.ts'

// Ingests a directory into a home, for a test that kills it: home, directory, bytes of a part.

const [home = '', docs = '', part = ''] = process.argv.slice(2)
const library = await openLibrary(home, { partBytes: Number(part) })
process.stdout.write('ready\n')
const store = await library.ingest('docs', requestFor(docs, home))
await store.close()
await library.close()
