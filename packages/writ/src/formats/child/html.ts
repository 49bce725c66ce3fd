import type { Parsed, ParseRequest } from '@writ/contract'
import { documentOf } from './block-text.ts'
import { htmlBlocks } from './html-blocks.ts'
import { Refused } from './refused.ts'

/** Where a page may say how it is encoded. */
const DECLARED_WITHIN = 4096

/** The text of a page as its reader sees it. */
export function parseHtml({ bytes }: ParseRequest): Parsed {
  const page = htmlBlocks(decoded(bytes))
  if (page.blocks.length === 0)
    throw new Refused('damaged', 'it shows no text: a program in it may, which is not run')
  return { document: documentOf(page), members: [], left: [] }
}

/** The text of the bytes, by their mark, by what the page declares, as UTF-8, or as Windows-1252. */
function decoded(bytes: Uint8Array): string {
  const start = Buffer.from(bytes.subarray(0, DECLARED_WITHIN)).toString('latin1')
  const declared = /<meta[^>]{0,200}charset\s*=\s*["']?\s*([\w-]{1,40})/i.exec(start)?.[1]
  const marked = /^(\xff\xfe|\xfe\xff)/.exec(start)?.[0]
  if (marked !== undefined)
    return new TextDecoder(marked === '\xff\xfe' ? 'utf-16le' : 'utf-16be').decode(bytes)
  if (bytes.includes(0)) throw new Refused('binary', 'it is no text')
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return decoderNamed(declared).decode(bytes)
  }
}

function decoderNamed(name: string | undefined): InstanceType<typeof TextDecoder> {
  try {
    // What is no UTF-8 is not made so by saying it.
    if (name !== undefined && !/^utf-?8$/i.test(name)) return new TextDecoder(name)
  } catch {
    // There is no such encoding.
  }
  return new TextDecoder('windows-1252')
}
