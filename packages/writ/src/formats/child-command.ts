import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type ChildProgram, programOf } from '../confinement/child-program.ts'
import { grammarFiles } from './code-grammars.ts'
import { CHILD_DATA_KB, CHILD_HEAP_MB } from './limits.ts'
import { MOST_MESSAGE } from './parser-message.ts'

const roomPath = dirname(fileURLToPath(import.meta.url))

/** The program of the child that parses files: it can read its own code, start no thread, and reach no network. */
export function parserProgram(): ChildProgram {
  return programOf({
    room: roomPath,
    main: 'child/main',
    packages: packages(),
    given: grammarFiles(),
    // Trees of source outlive any young generation: a large one costs memory and saves no time.
    v8: [`--max-old-space-size=${CHILD_HEAP_MB}`, '--max-semi-space-size=4'],
    filtersItself: true,
    mostMessage: MOST_MESSAGE,
    mostDataKb: CHILD_DATA_KB,
  })
}

/** Where the parsers' packages lie when they are not part of a bundle. */
function packages(): readonly string[] {
  if (!import.meta.url.endsWith('.ts')) return []
  const file = createRequire(import.meta.url).resolve('unpdf')
  return [file.slice(0, file.lastIndexOf('/unpdf/'))]
}
