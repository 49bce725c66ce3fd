import type { Parsed, ParseRequest } from '@writ/contract'
import { convertToHtml, images } from 'mammoth'
import { documentOf } from './block-text.ts'
import { htmlBlocks } from './html-blocks.ts'
import { checkOfficeZip } from './office-zip.ts'
import { Refused } from './refused.ts'

/** The text of a Word document: headings, paragraphs, lists, tables and notes. */
export async function parseDocx({ bytes }: ParseRequest): Promise<Parsed> {
  checkOfficeZip(bytes, 'word/document.xml', 'Word document')
  const { value } = await convertToHtml(
    { buffer: Buffer.from(bytes) },
    { convertImage: images.imgElement(() => Promise.resolve({ src: '' })), externalFileAccess: false },
  )
  const page = htmlBlocks(value)
  if (page.blocks.length === 0) {
    const what = value.includes('<img')
      ? 'it holds images only, and images are not read'
      : 'there is no text in it'
    throw new Refused(value.includes('<img') ? 'scan' : 'damaged', what)
  }
  return { document: documentOf(page), members: [], left: [] }
}
