import { textStart } from '../utf8.ts'

/** An element of an XML text. Offsets are bytes. */
export interface Element {
  readonly name: string
  readonly start: number
  end: number
  readonly attributes: ReadonlyMap<string, string>
  readonly children: Element[]
  /** What stands directly in it, without space around it. */
  text: string
}

/** What is no XML that is read; the message says why. */
export class BadXml extends Error {}

const MAX_DEPTH = 100
const MAX_ELEMENTS = 2_000_000
const NAME = '[\\p{L}_:][\\p{L}\\p{N}_:.-]{0,200}'
const ATTRIBUTE = new RegExp(`\\s+(${NAME})\\s*=\\s*(?:"([^"<]*)"|'([^'<]*)')`, 'uy')
const OPENED = new RegExp(`^<(${NAME})`, 'u')
const KNOWN: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

/** The outermost element. Entities that the text declares, and other files that it names, are refused: nothing is expanded or fetched. */
export function readXml(bytes: Buffer): Element {
  const open: Element[] = []
  let root: Element | undefined
  let elements = 0
  let at = textStart(bytes)
  while (at < bytes.length) {
    const tag = bytes.indexOf('<', at)
    const to = tag === -1 ? bytes.length : tag
    const text = bytes.toString('utf8', at, to)
    const inside = open.at(-1)
    if (inside === undefined) {
      if (text.trim() !== '') throw new BadXml('text stands outside of its elements')
    } else inside.text += decoded(text)
    if (tag === -1) break
    at = afterMarkup(bytes, tag, inside) ?? 0
    if (at > 0) continue
    at = endOfTag(bytes, tag)
    const markup = bytes.toString('utf8', tag, at)
    if (markup.startsWith('</')) {
      const closed = open.pop()
      if (closed === undefined || markup.slice(2, -1).trim() !== closed.name)
        throw new BadXml(`its tags do not match at byte ${tag}`)
      closed.end = at
      closed.text = closed.text.trim()
      continue
    }
    elements += 1
    if (elements > MAX_ELEMENTS || open.length >= MAX_DEPTH)
      throw new BadXml('it has too many elements, or they are too deep in each other')
    const element = elementOf(markup, tag, at)
    if (inside !== undefined) inside.children.push(element)
    else if (root === undefined) root = element
    else throw new BadXml('it has more than one outermost element')
    if (!markup.endsWith('/>')) open.push(element)
  }
  if (root === undefined || open.length > 0) throw new BadXml('an element of it is not closed')
  return root
}

/** Where a comment, an instruction or a stretch of plain text ends; undefined for a tag. */
function afterMarkup(bytes: Buffer, tag: number, inside: Element | undefined): number | undefined {
  const start = bytes.toString('latin1', tag, tag + 9)
  if (start.startsWith('<!--')) return endAt(bytes, '-->', tag + 4)
  if (start.startsWith('<?')) return endAt(bytes, '?>', tag + 2)
  if (start === '<![CDATA[') {
    const end = endAt(bytes, ']]>', tag + 9)
    if (inside === undefined) throw new BadXml('text stands outside of its elements')
    inside.text += bytes.toString('utf8', tag + 9, end - 3)
    return end
  }
  if (!start.startsWith('<!')) return undefined
  const end = bytes.indexOf('>', tag)
  if (!/^<!DOCTYPE\s+[\w:.-]+\s*>$/i.test(bytes.toString('latin1', tag, Math.max(tag, end + 1))))
    throw new BadXml('it declares entities or names another file, and nothing is expanded or fetched')
  return end + 1
}

function endAt(bytes: Buffer, sign: string, from: number): number {
  const end = bytes.indexOf(sign, from)
  if (end === -1) throw new BadXml('a part of it is not closed')
  return end + sign.length
}

/** Behind a tag: a quoted value in it may hold anything. */
function endOfTag(bytes: Buffer, from: number): number {
  for (let at = from; at < bytes.length; at += 1) {
    const byte = bytes[at]
    if (byte === 0x3e) return at + 1
    if (byte === 0x22 || byte === 0x27) at = bytes.indexOf(byte, at + 1)
    if (at === -1) break
  }
  throw new BadXml('a tag of it is not closed')
}

function elementOf(markup: string, start: number, end: number): Element {
  const [opened, name] = OPENED.exec(markup) ?? []
  if (opened === undefined || name === undefined) throw new BadXml(`there is no tag at byte ${start}`)
  const attributes = new Map<string, string>()
  let at = opened.length
  for (;;) {
    ATTRIBUTE.lastIndex = at
    const found = ATTRIBUTE.exec(markup)
    if (found === null) break
    const [all, key = '', double, single] = found
    if (attributes.has(key)) throw new BadXml(`an element has "${key}" twice`)
    attributes.set(key, decoded(double ?? single ?? ''))
    at += all.length
  }
  if (!/^\s*\/?>$/.test(markup.slice(at))) throw new BadXml(`the tag at byte ${start} is not read`)
  return { name, start, end, attributes, children: [], text: '' }
}

function decoded(text: string): string {
  if (!text.includes('&')) return text
  return text.replaceAll(/&([^;&\s]{0,40};?)/g, (_all, given: string) => {
    const name = given.slice(0, -1)
    const known = given.endsWith(';') && Object.hasOwn(KNOWN, name) ? KNOWN[name] : undefined
    const [, hex, digits] = /^#(?:x([0-9a-f]{1,6})|(\d{1,7}));$/i.exec(given) ?? []
    const code = Number.parseInt(hex ?? digits ?? '', hex === undefined ? 10 : 16)
    if (known !== undefined) return known
    if (Number.isNaN(code) || code === 0 || code > 0x10ffff)
      throw new BadXml(`"&${name}" is no sign that XML knows`)
    return String.fromCodePoint(code)
  })
}
