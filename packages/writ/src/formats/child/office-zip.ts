import { MAX_XML_DEPTH } from '../limits.ts'
import { checkWorkbookPart, requireEncoding } from './office-xml.ts'
import { Refused } from './refused.ts'
import { isNestedDeeply } from './xml-depth.ts'
import { readZip } from './zip-reader.ts'

/** Parts that are of other programs, or not read. */
const OTHERS = /^\/?(customXml|docProps)\//i

/**
 * Unpacks every part of an Office file once within the limits, and reads it as XML, before a parser does without either. Throws
 * `Refused`, also for a file that does not have the part named.
 */
export function checkOfficeZip(bytes: Uint8Array, part: string, what: string): void {
  const entries = readZip(bytes)
  if (!entries.some(({ name }) => name.replaceAll('\\', '/').toLowerCase() === part))
    throw new Refused('damaged', `it is no ${what}: it has no ${part}`)
  for (const entry of entries) {
    if (entry.isDirectory) continue
    const content = entry.read()
    if (/\.(xml|rels)$/i.test(entry.name) && isNestedDeeply(content))
      throw new Refused('limits', `its elements are more than ${MAX_XML_DEPTH} deep in each other`)
    if (/\.xml$/i.test(entry.name) && !OTHERS.test(entry.name)) requireEncoding(content)
    if (part === 'xl/workbook.xml') checkWorkbookPart(entry.name, content)
  }
}
