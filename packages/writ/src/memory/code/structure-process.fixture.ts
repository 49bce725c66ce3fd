// Ingests a directory and reads its structure, in a process that may be killed: its home and the directory as arguments.
import { openParser } from '../../formats/index.ts'
import { openLibrary } from '../library.ts'
import { requestFor } from '../memory-fixture.ts'

const [, , home = '', docs = ''] = process.argv
const parser = openParser()
const library = await openLibrary(home, { readCode: (source) => parser.readCode(source) })
const store = await library.ingest('docs', requestFor(docs, home))
process.stdout.write('searchable\n')
const { read } = await store.readStructure()
process.stdout.write(`${read.files}\n`)
await library.close()
await parser.close()
