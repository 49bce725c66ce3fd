import type { ParseRefusal } from '@writ/contract'
import { expect, it } from 'vitest'
import { HOSTILE } from '../hostile-files.fixture.ts'
import { parseFile } from './parse-file.ts'
import { asRefusal } from './refused.ts'

/** What the file, or its first member, is refused for. */
async function refusedFor(mechanism: string): Promise<ParseRefusal['code'] | undefined> {
  const make = HOSTILE[mechanism]
  if (make === undefined) throw new Error(`no mechanism ${mechanism}`)
  try {
    const parsed = await parseFile({ name: 'hostile', ...make(1) })
    return parsed.left[0]?.code
  } catch (error) {
    return asRefusal(error).code
  }
}

it.each([
  ['a zip that unpacks to far more', 'limits'],
  ['a zip that says it is smaller', 'damaged'],
  ['a zip that says it is larger', 'limits'],
  ['a zip whose sum is wrong', 'damaged'],
  ['a zip whose parts share their bytes', 'limits'],
  ['a zip with a password', 'encrypted'],
  ['a zip cut short', 'damaged'],
  ['a zip that counts more parts', 'limits'],
  ['a zip with links', 'unsafe-name'],
  ['a gzip that unpacks to far more', 'limits'],
  ['a tar that ends inside a file', 'damaged'],
  ['a tar of an endless size', 'damaged'],
  ['a tar of links in a circle', 'unsafe-name'],
  ['a Word document of far more', 'limits'],
  ['a Word document nested deeply', 'limits'],
  ['a workbook with a row that cannot be', 'damaged'],
  ['a workbook with cells far apart', 'limits'],
  ['a PDF of a million pages', 'scan'],
  ['a page nested deeply', 'limits'],
  ['a page of tables in tables', 'limits'],
  ['a page of a program only', 'damaged'],
  ['a mailbox of too many messages', 'limits'],
] as const)('%s is refused: %s', async (mechanism, code) => {
  expect(await refusedFor(mechanism)).toBe(code)
})
