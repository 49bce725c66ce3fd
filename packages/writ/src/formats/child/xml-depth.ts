import { MAX_XML_DEPTH } from '../limits.ts'

const [BANG, SLASH, GREATER] = [0x21, 0x2f, 0x3e]
const QUOTES = [0x22, 0x27]

/** Whether elements of an XML text stand more than `MAX_XML_DEPTH` deep in each other. */
export function isNestedDeeply(xml: Buffer): boolean {
  let depth = 0
  for (let at = xml.indexOf('<'); at !== -1 && depth <= MAX_XML_DEPTH; ) {
    const next = xml[at + 1] ?? 0
    let end = at + 1
    if (next === BANG) end = endOfMarkup(xml, at)
    else if (next === SLASH) depth -= 1
    else if (isNameStart(next)) {
      end = endOfTag(xml, at)
      if (xml[end - 1] !== SLASH) depth += 1
    }
    at = xml.indexOf('<', end)
  }
  return depth > MAX_XML_DEPTH
}

function isNameStart(byte: number): boolean {
  return byte >= 0x80 || /[A-Za-z_:]/.test(String.fromCharCode(byte))
}

/** Where the tag ends that begins at an offset: a quoted value in it may hold anything. */
function endOfTag(xml: Buffer, from: number): number {
  for (let at = from; at < xml.length; at += 1) {
    const byte = xml[at] ?? 0
    if (byte === GREATER) return at
    if (QUOTES.includes(byte)) at = orEnd(xml, xml.indexOf(byte, at + 1))
  }
  return xml.length
}

/** Where a comment or a stretch of plain text ends; any other declaration is passed over by its own tags. */
function endOfMarkup(xml: Buffer, from: number): number {
  if (xml.toString('latin1', from, from + 4) === '<!--') return orEnd(xml, xml.indexOf('-->', from + 4))
  if (xml.toString('latin1', from, from + 9) === '<![CDATA[') return orEnd(xml, xml.indexOf(']]>', from))
  return from + 1
}

function orEnd(xml: Buffer, found: number): number {
  return found === -1 ? xml.length : found
}
