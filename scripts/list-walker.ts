import { readFile, writeFile } from 'node:fs/promises'
import wabt from 'wabt'

// Makes the code of the loops of a search of their text. `npm run list-walker` writes it.

const SOURCE = new URL('../packages/writ/src/memory/list-walker.wat', import.meta.url)
export const CODE: URL = new URL('../packages/writ/src/memory/list-walker-code.ts', import.meta.url)

/** The file that holds the code, as it has to be. */
export async function listWalkerCode(): Promise<string> {
  const format = await wabt()
  const parsed = format.parseWat('list-walker.wat', await readFile(SOURCE))
  parsed.validate()
  const { buffer } = parsed.toBinary({})
  parsed.destroy()
  const lines = Buffer.from(buffer)
    .toString('base64')
    .match(/.{1,100}/g)
  const text = (lines ?? []).map((line) => `  '${line}',`).join('\n')
  return `/** list-walker.wat in the binary format, by \`npm run list-walker\`. */\nexport const LIST_WALKER: string = [\n${text}\n].join('')\n`
}

if (import.meta.main) await writeFile(CODE, await listWalkerCode())
