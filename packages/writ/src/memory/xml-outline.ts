import type { OutlineEntry } from '@writ/contract'
import { BadXml, type Element, readXml } from './tables/xml-reader.ts'

/** A longer text has no outline: its elements are held while it is made. */
const MAX_BYTES: number = 16 * 1024 ** 2
const MAX_DEPTH = 4
const MAX_ENTRIES = 1_000

/** The elements of an XML text that hold others, down to the fourth level, but for the rows of tables. Nothing is expanded or fetched. */
export function xmlOutline(bytes: number, text: () => Buffer): OutlineEntry[] {
  if (bytes > MAX_BYTES) return []
  try {
    const entries: OutlineEntry[] = []
    add(readXml(text()), 1, entries)
    return entries
  } catch (error) {
    if (error instanceof BadXml) return []
    throw error
  }
}

function add(element: Element, depth: number, entries: OutlineEntry[]): void {
  const { start, end, children } = element
  if (entries.length >= MAX_ENTRIES) return
  entries.push({ kind: 'section', title: titleOf(element), depth, start, end })
  if (depth === MAX_DEPTH) return
  for (const child of children)
    if (child.children.some((one) => one.children.length > 0 || isTitle(one))) add(child, depth + 1, entries)
}

/** The name of an element, with what it is called where it says so. */
function titleOf({ name, attributes, children }: Element): string {
  const called = children.find(isTitle)?.text ?? attributes.get('title') ?? attributes.get('name') ?? ''
  return `${name} ${called.replaceAll(/\s+/g, ' ')}`.trim().slice(0, 120).toWellFormed()
}

function isTitle({ name, children }: Element): boolean {
  return children.length === 0 && /^(?:\w+:)?(?:title|name|heading)$/i.test(name)
}
